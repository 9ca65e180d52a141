// Writes the demo shop's pages with the snippet in them:
//   node tracker/demo/build.mjs --edge http://localhost:8080 --token TOKEN --out DIR
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawings, hero, wide } from './drawings.mjs'
import { categories, products } from './products.mjs'

const { edge, token, out } = parseArgs({
  options: { edge: { type: 'string' }, token: { type: 'string' }, out: { type: 'string' } },
}).values
if (!edge || !token || !out) {
  console.error('usage: build.mjs --edge http://localhost:8080 --token TOKEN --out DIR')
  process.exit(2)
}

const here = dirname(fileURLToPath(import.meta.url))
const source = (name) => readFileSync(join(here, name), 'utf8')
const write = (name, text) => {
  mkdirSync(dirname(join(out, name)), { recursive: true })
  writeFileSync(join(out, name), text)
}
const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
const fill = (template, values) =>
  template.replace(/{{(\w+)}}/g, (_, name) => {
    if (!(name in values)) throw new Error(`no value for {{${name}}}`)
    return values[name]
  })

const card = ({ id, name, category, price, art, badge, line }) =>
  `<li class="card" data-category="${category}"><a href="/product/${id}"><span class="card-art">${drawings[art]}${badge ? `<span class="badge">${badge}</span>` : ''}</span><span class="card-text"><b>${name}</b><span>${price} &euro;</span></span><small>${line}</small></a></li>`
const cards = (of) => of.map(card).join('\n')
const menu = categories.map(({ id, name }) => `<a href="/products/${id}">${name}</a>`).join('\n')
const layout = source('layout.html')

function page(name, file, title, description, values = {}) {
  const body = fill(source(`pages/${file}.html`), values)
  write(
    `${name}.html`,
    fill(layout, {
      title: `${title} · Halmgard`,
      description,
      page: file,
      edge: escape(edge.replace(/\/$/, '')),
      token: escape(token),
      menu,
      body,
    }),
  )
}

const tiles = categories
  .map(({ id, name, line }, i) => {
    const picture = wide(drawings[['dripper', 'candle', 'vase'][i]])
    return `<a class="tile" href="/products/${id}">${picture}<span><b>${name}</b>${line}</span></a>`
  })
  .join('\n')
const tabs = [
  '<a href="/products">Everything</a>',
  ...categories.map(({ id, name, line }) => `<a href="/products/${id}" data-category="${id}" data-line="${line}">${name}</a>`),
].join('\n')

page('index', 'index', 'Quiet things for a lived-in home', 'Stoneware, linen, oak and light.', {
  hero,
  tiles,
  featured: cards(['stoneware-mug', 'dune-lamp', 'fern-in-a-pot', 'pour-over-set'].map((id) => products.find((p) => p.id === id))),
})
// a category is an address of its own, so that it can be loaded and shared
for (const name of ['products', ...categories.map(({ id }) => `products/${id}`)])
  page(name, 'products', 'Everything', 'Everything we make.', { tabs, all: cards(products) })
for (const product of products) {
  const { id, name, category, price, art, line, text, facts } = product
  const related = [...products.filter((p) => p.category === category), ...products].filter((p) => p !== product)
  page(`product/${id}`, 'product', name, line, {
    id,
    name,
    category,
    categoryName: categories.find((c) => c.id === category).name,
    price: `${price} &euro;`,
    art: drawings[art],
    text,
    facts: facts.map((fact) => `<li>${fact}</li>`).join(''),
    related: cards([...new Set(related)].slice(0, 4)),
  })
}
page('basket', 'basket', 'Basket', 'What you chose.')
for (const name of ['checkout', 'checkout/payment']) page(name, 'checkout', 'Checkout', 'Delivery and payment.')
page('thanks', 'thanks', 'Thank you', 'Your order.')
page('404', '404', 'Not found', 'Not here.')

const catalogue = Object.fromEntries(products.map(({ id, name, price, art }) => [id, { name, price, art: drawings[art] }]))
write('shop.js', source('shop.js').replace('/*catalogue*/ {}', () => JSON.stringify(catalogue)))
write('shop.css', source('shop.css'))
console.log(`demo shop in ${out}`)
