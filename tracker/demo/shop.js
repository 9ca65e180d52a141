// The demo shop's own script: a basket in localStorage, the categories and the checkout's steps without page loads.

const $ = (selector, root = document) => root.querySelector(selector)
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)]
const euro = (amount) => `${amount.toFixed(2).replace('.00', '')} €`
const catalogue = /*catalogue*/ {}
const FREE_FROM = 60
const DELIVERY = 4.9

// basket: {id: quantity}

const load = () => {
  try {
    return JSON.parse(localStorage.getItem('basket')) || {}
  } catch {
    return {}
  }
}
let basket = load()

function change(id, by) {
  basket[id] = Math.max(0, (basket[id] || 0) + by)
  if (!basket[id]) delete basket[id]
  localStorage.setItem('basket', JSON.stringify(basket))
  show()
}

const entries = () => Object.entries(basket).filter(([id]) => catalogue[id])
const goods = () => entries().reduce((sum, [id, quantity]) => sum + quantity * catalogue[id].price, 0)
const delivery = () => (goods() >= FREE_FROM ? 0 : DELIVERY)

const stepper = (id, quantity) =>
  `<div class="stepper" role="group" aria-label="Quantity"><button type="button" data-change="${id}" data-by="-1" aria-label="Fewer">&minus;</button><output>${quantity}</output><button type="button" data-change="${id}" data-by="1" aria-label="More">+</button></div>`

function show() {
  const count = entries().reduce((sum, [, quantity]) => sum + quantity, 0)
  for (const badge of $$('[data-count]')) {
    badge.textContent = count
    badge.hidden = !count
  }
  for (const part of $$('[data-when]')) part.hidden = (part.dataset.when === 'full') !== count > 0
  for (const list of $$('[data-lines]'))
    list.innerHTML = entries()
      .map(
        ([id, quantity]) =>
          `<li>${catalogue[id].art}<div><a href="/product/${id}">${catalogue[id].name}</a><div>${stepper(id, quantity)}<button class="remove" type="button" data-change="${id}" data-by="${-quantity}">Remove</button></div></div><span class="sum">${euro(quantity * catalogue[id].price)}</span></li>`,
      )
      .join('')
  for (const list of $$('[data-mini]'))
    list.innerHTML = entries()
      .map(([id, quantity]) => `<li>${catalogue[id].art}<span>${quantity} &times; ${catalogue[id].name}</span><span>${euro(quantity * catalogue[id].price)}</span></li>`)
      .join('')
  for (const list of $$('[data-summary]'))
    list.innerHTML = `<dt>Goods</dt><dd>${euro(goods())}</dd><dt>Delivery</dt><dd>${delivery() ? euro(delivery()) : 'free'}</dd><dt class="total">Total</dt><dd class="total">${euro(goods() + delivery())}</dd>`
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-change]')
  if (button) change(button.dataset.change, Number(button.dataset.by))
})
addEventListener('pageshow', () => {
  basket = load()
  show()
})

// product

const product = $('[data-product]')
if (product) {
  const quantity = $('[data-quantity]')
  for (const button of $$('[data-step]', product))
    button.addEventListener('click', () => {
      quantity.textContent = Math.max(1, Number(quantity.textContent) + Number(button.dataset.step))
    })
  $('#add-to-basket').addEventListener('click', () => {
    change(product.dataset.product, Number(quantity.textContent))
    quantity.textContent = 1
    $('.added').hidden = false
  })
}

// product list: categories are addresses, entered without a page load

const list = $('[data-list]')
if (list) {
  const everything = { title: $('[data-list-title]').textContent, line: $('[data-list-line]').textContent }
  const category = () => $$('.tabs a').find((tab) => tab.pathname === location.pathname && tab.dataset.category)
  const showCategory = () => {
    const tab = category()
    $('[data-list-title]').textContent = tab ? tab.textContent : everything.title
    $('[data-list-line]').textContent = tab ? `${tab.dataset.line}.` : everything.line
    document.title = `${tab ? tab.textContent : everything.title} · Halmgard`
    for (const card of $$('[data-category]', list)) card.hidden = tab && card.dataset.category !== tab.dataset.category
    for (const link of $$('.tabs a, .menu a')) link.toggleAttribute('aria-current', link.pathname === location.pathname)
  }
  for (const tab of $$('.tabs a'))
    tab.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      history.pushState(null, '', tab.pathname)
      showCategory()
    })
  addEventListener('popstate', showCategory)
  showCategory()
}

// checkout: two steps, each with its address

const steps = $$('[data-step-name]')
if (steps.length) {
  const showStep = () => {
    const name = location.pathname.endsWith('/payment') ? 'payment' : 'delivery'
    for (const step of steps) step.hidden = step.dataset.stepName !== name
    for (const mark of $$('[data-step-of]')) mark.toggleAttribute('aria-current', mark.dataset.stepOf === name)
    document.title = `${name === 'payment' ? 'Payment' : 'Delivery'} · Halmgard`
    scrollTo(0, 0)
  }
  const go = (path) => (event) => {
    event.preventDefault()
    history.pushState(null, '', path)
    showStep()
  }
  const [toPayment, pay] = steps
  toPayment.addEventListener('submit', go('/checkout/payment'))
  $('[data-back]').addEventListener('click', go('/checkout'))
  pay.addEventListener('submit', (event) => {
    event.preventDefault()
    const items = entries().reduce((sum, [, quantity]) => sum + quantity, 0)
    window.datalab?.event('purchase', { value: goods() + delivery(), currency: 'EUR', items, pay: pay.elements.pay.value })
    sessionStorage.setItem('order', String(Date.now()).slice(-6))
    localStorage.removeItem('basket')
    location.href = '/thanks'
  })
  addEventListener('popstate', showStep)
  showStep()
}

const order = $('[data-order]')
if (order) order.textContent = sessionStorage.getItem('order') || 'HG-1'

$('#newsletter')?.addEventListener('submit', (event) => {
  event.preventDefault()
  window.datalab?.event('newsletter')
  $('.letter-row').hidden = true
  $('.letter-done').hidden = false
})

for (const link of $$('.menu a')) link.toggleAttribute('aria-current', link.pathname === location.pathname)
show()
