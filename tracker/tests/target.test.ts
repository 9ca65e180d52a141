import { afterEach, expect, test } from 'vitest'
import { path } from '../src/target'

afterEach(() => (document.body.innerHTML = ''))

const of = (html: string, selector: string) => {
  document.body.innerHTML = html
  const element = document.querySelector(selector)!
  const text = path(element)
  return { text, found: () => [...document.querySelectorAll(text)], element }
}

test.each([
  ['<main><section class="card"></section><section class="card"><button id="buy" class="btn primary" name="buy"></button></section></main>', '#buy', 'body>main>section.card:nth-of-type(2)>button#buy.btn.primary[name="buy"]'],
  ['<ul><li></li><li class="x"></li></ul>', '.x', 'body>ul>li.x:nth-of-type(2)'],
  ['<p></p><div></div>', 'div', 'body>div'],
  ['<i class="a b c d e f"></i>', 'i', 'body>i.a.b.c.d'],
  ['<i id="1:2" class="sm:p-2"></i>', 'i', 'body>i#\\31 \\:2.sm\\:p-2'],
  ['<input name="items[0]"><input name="b">', '[name^=i]', 'body>input[name="items\\[0\\]"]:nth-of-type(1)'],
  ['<svg><path></path></svg>', 'path', 'body>svg>path'],
])('%s', (html, selector, expected) => {
  const { text, found, element } = of(html, selector)
  expect(text).toBe(expected)
  // happy-dom cannot read an escaped digit
  if (!text.includes('\\31')) expect(found()).toEqual([element])
})

test('a form with a field called id is told by its own', () => {
  const { element } = of('<form id="pay"><input name="id"></form>', 'form')
  // as browsers do it
  Object.defineProperty(element, 'id', { value: element.firstChild })
  expect(path(element)).toMatch(/^body>form#pay/)
})

test('the page itself', () => {
  expect(path(document.documentElement)).toBe('html')
  expect(path(document.body)).toBe('body')
})

test('at most 256 characters: the furthest ancestors are left out, whole ones at a time', () => {
  const { text, found, element } = of('<div class="wrapper-of-something-long">'.repeat(20) + '<b id="it"></b>', '#it')
  expect(text.length).toBeLessThanOrEqual(256)
  expect(text.length).toBeGreaterThan(200)
  expect(text).toMatch(/^(div\.wrapper-of-something-long>)+b#it$/)
  expect(found()).toEqual([element])
})

test('an element whose own names are too long is told by its tag', () => {
  expect(of(`<b class="${'x'.repeat(300)}"></b>`, 'b').text).toBe('body>b')
})
