import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CONFIG, T0, click, clicks, edge, events, hovers, leave, moves, pointer, reset, seens, tick, unload, visit, intersections } from './page'

beforeEach(reset)
afterEach(unload)

const $ = (selector: string) => document.querySelector(selector)!
const PAGE = `
  <main>
    <p>Text</p>
    <a href="/next">Next</a>
    <a id="top" href="#top">Top</a>
    <button id="buy"><b> Buy
      now </b></button>
    <form><input type="submit" value="Send"></form><label>Size <input id="size"></label>
  </main>`

test('a click tells place, target and size of the page', async () => {
  await visit('https://shop.test/', PAGE)
  vi.spyOn(document.documentElement, 'scrollWidth', 'get').mockReturnValue(1200)
  vi.spyOn(document.documentElement, 'scrollHeight', 'get').mockReturnValue(3000)
  click($('p'), { x: 11.7, y: 22 })
  await tick(200)
  expect(clicks()).toEqual([{ X: 11, Y: 22, target: 'body>main>p', page_w: 1200, page_h: 3000 }])
  expect(events()[1]).toMatchObject({ type: 0, timestamp: T0 + 1 })
})

test('text is told of what can be clicked, and of nothing else', async () => {
  await visit('https://shop.test/', PAGE)
  for (const selector of ['p', 'a', 'b', '[type=submit]', '#size']) {
    click($(selector))
    $('main').setAttribute('data-alive', selector)
    await tick(300)
  }
  expect(clicks().map(({ text }) => text)).toEqual([undefined, 'Next', 'Buy now', 'Send', undefined])
})

test('a click inside a button names the button on its path', async () => {
  await visit('https://shop.test/', PAGE)
  click($('b'))
  await tick(3000)
  expect(clicks()[0]!.target).toBe('body>main>button#buy>b')
})

test('a click by script, the context menu, and the echo of a label are none', async () => {
  await visit('https://shop.test/', PAGE)
  click($('p'), { trusted: false })
  click($('p'), { button: 2 })
  click($('label'))
  click($('#size'), { detail: 0 })
  click($('a'), { button: 1 })
  await tick(300)
  click($('a'), { button: 1 })
  await tick(300)
  expect(clicks().map(({ target }) => target)).toEqual(['body>main>label', 'body>main>a:nth-of-type(1)'])
})

test('a second click on the same element counts, however quick', async () => {
  await visit('https://shop.test/', PAGE)
  for (let i = 0; i < 3; i++) click($('p'))
  await tick(200)
  expect(clicks().map(({ rage }) => !!rage)).toEqual([false, false, true])
})

test('a click by keyboard is in the middle of its element', async () => {
  await visit('https://shop.test/', PAGE)
  vi.spyOn($('a'), 'getBoundingClientRect').mockReturnValue({ x: 100, y: 50, width: 40, height: 20 } as DOMRect)
  click($('a'), { x: 0, y: 0, detail: 0 })
  await tick(300)
  expect(clicks()[0]).toMatchObject({ X: 120, Y: 60 })
})

test.each<[string, [number, number, number][], boolean[]]>([
  ['three quick ones', [[0, 0, 0], [5, 5, 200], [9, 0, 200]], [false, false, true]],
  ['two are none', [[0, 0, 0], [5, 5, 200]], [false, false]],
  ['each within 30 px of the last', [[0, 0, 0], [25, 0, 200], [50, 0, 200]], [false, false, true]],
  ['one too far', [[0, 0, 0], [31, 0, 200], [31, 0, 200]], [false, false, false]],
  ['each within 1000 ms of the last', [[0, 0, 0], [0, 0, 1000], [0, 0, 1000]], [false, false, true]],
  ['one too late', [[0, 0, 0], [0, 0, 1001], [0, 0, 200]], [false, false, false]],
  ['a longer burst is one', [[0, 0, 0], [0, 0, 200], [0, 0, 200], [0, 0, 200]], [false, false, true, false]],
])('rage: %s', async (_, made, rage) => {
  await visit('https://shop.test/', PAGE)
  for (const [x, y, after] of made) {
    await tick(after)
    click($('p'), { x: 100 + x, y: 100 + y })
  }
  await tick(300)
  expect(clicks().map((event) => !!event.rage)).toEqual(rage)
})

test('dead: nothing happens for 2500 ms; the click keeps its own time', async () => {
  await visit('https://shop.test/', PAGE)
  await tick(999)
  click($('#buy'))
  await tick(2400)
  expect(clicks()).toEqual([])
  await tick(300)
  expect(clicks()).toMatchObject([{ dead: true }])
  expect(events()[1]!.timestamp).toBe(T0 + 1000)
})

test.each<[string, () => void]>([
  ['the DOM changes', () => $('main').append('more')],
  ['an attribute changes', () => $('p').classList.add('open')],
  ['the page is another', () => history.pushState(null, '', '/next')],
  ['a form is on its way', () => void $('form').dispatchEvent(new Event('submit', { bubbles: true }))],
  ['a window opens', () => void window.dispatchEvent(new Event('blur'))],
])('alive, and told at once: %s', async (_, answer) => {
  await visit('https://shop.test/', PAGE)
  await tick(1000)
  click($('#buy'))
  await tick(1000)
  answer()
  await tick(200)
  expect(clicks()).toHaveLength(1)
  await tick(3000)
  expect(clicks()).toHaveLength(1)
  expect(clicks()[0]).not.toHaveProperty('dead')
})

test.each(['scroll', 'selectionchange'])('a %s says alive within 100 ms only', async (type) => {
  await visit('https://shop.test/', PAGE)
  await tick(1000)
  click($('#buy'), { x: 100 })
  await tick(90)
  document.dispatchEvent(new Event(type))
  await tick(1000)
  click($('#buy'), { x: 200 })
  await tick(110)
  document.dispatchEvent(new Event(type))
  await tick(3000)
  expect(clicks().map(({ X, dead }) => [X, !!dead])).toEqual([[100, false], [200, true]])
})

test('what acts on the press is alive before the click', async () => {
  await visit('https://shop.test/', PAGE)
  await tick(1000)
  $('main').append('menu')
  await tick(80)
  click($('#buy'))
  await tick(3000)
  expect(clicks()[0]).not.toHaveProperty('dead')
})

test('a link to elsewhere is never dead, one to nowhere may be', async () => {
  await visit('https://shop.test/', PAGE)
  await tick(1000)
  click($('a'), { x: 100 })
  await tick(300)
  click($('#top'), { x: 200 })
  await tick(3000)
  expect(clicks().map(({ X, dead }) => [X, !!dead])).toEqual([[100, false], [200, true]])
})

test('a click that is held back leaves with the page', async () => {
  await visit('https://shop.test/', PAGE)
  await tick(1000)
  click($('#buy'))
  await leave()
  expect(edge.beacons[0]!.frames[0]!.events[0]!.event).toMatchObject({ text: 'Buy now' })
  expect(edge.beacons[0]!.frames[0]!.events[0]!.event).not.toHaveProperty('dead')
})

test('hover on a button that is left', async () => {
  await visit('https://shop.test/', PAGE)
  pointer('pointerover', $('#buy'))
  await tick(100)
  pointer('pointerover', $('b'))
  await tick(1400)
  pointer('pointerover', $('p'))
  await tick(200)
  expect(hovers()).toEqual([{ elapsed: 1.5, target: 'body>main>button#buy', outcome: 'leave' }])
})

test('hover that ends in a click is told once, and the click knows how long it was', async () => {
  await visit('https://shop.test/', PAGE)
  pointer('pointerover', $('b'))
  await tick(700)
  click($('b'))
  await tick(3000)
  pointer('pointerover', $('p'))
  await tick(200)
  expect(hovers()).toEqual([{ elapsed: 0.7, target: 'body>main>button#buy', outcome: 'click' }])
  expect(clicks()[0]).toMatchObject({ hover: 0.7 })
  click($('p'))
  await tick(200)
  expect(clicks()[1]).not.toHaveProperty('hover')
})

test('hover ends when the pointer leaves the window, the page is left or becomes another', async () => {
  await visit('https://shop.test/', PAGE)
  for (const end of [
    () => pointer('pointerout', $('#buy'), { relatedTarget: null }),
    () => history.pushState(null, '', '/next'),
  ]) {
    pointer('pointerover', $('#buy'))
    await tick(500)
    end()
    await tick(500)
  }
  expect(hovers().map(({ elapsed, outcome }) => [elapsed, outcome])).toEqual([[0.5, 'leave'], [0.5, 'leave']])
})

test('other elements, fingers, and apps that want no hovers: none', async () => {
  await visit('https://shop.test/', PAGE)
  pointer('pointerover', $('a'))
  pointer('pointerover', $('#buy'), { pointerType: 'touch' })
  pointer('pointerover', $('p'))
  edge.socket.say({ config: { ...CONFIG, capture: { moves: true, hover: false } } })
  pointer('pointerover', $('#buy'))
  pointer('pointerover', $('p'))
  await tick(200)
  expect(hovers()).toEqual([])
})

test('a button is seen once a page view, half of it in the window', async () => {
  await visit('https://shop.test/', PAGE)
  intersections[0]!.show($('#buy'))
  intersections[0]!.show($('#buy'))
  await tick(200)
  expect(seens()).toEqual([{ kind: 'seen', target: 'body>main>button#buy' }])
  history.pushState(null, '', '/next')
  intersections[0]!.show($('#buy'))
  await tick(200)
  expect(seens()).toHaveLength(2)
})

test('buttons added later are seen and hovered too', async () => {
  await visit('https://shop.test/', '<main><p>Text</p></main>')
  $('main').innerHTML += '<button id="buy">Buy</button>'
  await tick(600)
  intersections[0]!.show($('#buy'))
  pointer('pointerover', $('#buy'))
  await tick(300)
  pointer('pointerover', $('p'))
  await tick(200)
  expect(seens()).toHaveLength(1)
  expect(hovers()).toHaveLength(1)
})

test('a selector may be XPath; one that cannot be read finds nothing and harms nobody', async () => {
  const evaluate = vi.fn((path: string) => {
    if (path !== '(//button[@id="buy"])/self::*') throw new Error(path)
    const found = [$('#buy')]
    return { iterateNext: () => found.pop() || null }
  })
  Object.assign(document, { evaluate })
  edge.config = {
    ...CONFIG,
    buttons: [
      { name: 'broken', selector: '<<' },
      { name: 'broken too', selector: '//[' },
      { name: 'buy', selector: '//button[@id="buy"]' },
    ],
  }
  await visit('https://shop.test/', PAGE)
  intersections[0]!.show($('#buy'))
  await tick(200)
  expect(seens()).toHaveLength(1)
  Reflect.deleteProperty(document, 'evaluate')
})

test('moves: a point where the pointer rested, and every 250 ms while it moves', async () => {
  await visit('https://shop.test/', PAGE)
  pointer('pointermove', $('p'), { pageX: 1.5, pageY: 2.5 })
  await tick(800)
  for (let x = 10; x <= 60; x++) {
    pointer('pointermove', $('p'), { pageX: x, pageY: 5 })
    await tick(10)
  }
  await tick(200)
  const told = moves().map(({ event }) => event)
  expect(told[0]).toEqual({ X: 1, Y: 2, elapsed: 0.8 })
  expect(told.slice(1).map(({ elapsed }) => elapsed)).toEqual([0.01, 0.01])
  expect(moves()[0]!.type).toBe(1)
})

test('a rest ends with scrolling and with the page; fingers and apps that want no moves: none', async () => {
  await visit('https://shop.test/', PAGE)
  pointer('pointermove', $('p'), { pageX: 1, pageY: 1 })
  await tick(500)
  document.dispatchEvent(new Event('scroll'))
  await tick(500)
  document.dispatchEvent(new Event('scroll'))
  pointer('pointermove', $('p'), { pageX: 2, pageY: 2 })
  await tick(300)
  history.pushState(null, '', '/next')
  pointer('pointermove', $('p'), { pageX: 3, pageY: 3, pointerType: 'touch' })
  await tick(300)
  document.dispatchEvent(new Event('scroll'))
  edge.socket.say({ config: { ...CONFIG, capture: { moves: false, hover: true } } })
  pointer('pointermove', $('p'), { pageX: 4, pageY: 4 })
  await tick(300)
  document.dispatchEvent(new Event('scroll'))
  await tick(200)
  expect(moves().map(({ event }) => event)).toEqual([
    { X: 1, Y: 1, elapsed: 0.5 },
    { X: 2, Y: 2, elapsed: 0.3 },
  ])
})

test('nothing but pages and clicks is captured before the edge has said what the app wants', async () => {
  edge.hangs = true
  await visit('https://shop.test/', PAGE)
  pointer('pointermove', $('p'), { pageX: 1, pageY: 1 })
  await tick(500)
  pointer('pointermove', $('p'), { pageX: 2, pageY: 2 })
  pointer('pointerover', $('#buy'))
  pointer('pointerover', $('p'))
  edge.hangs = false
  window.dispatchEvent(new Event('pagehide'))
  expect(Object.entries(localStorage).filter(([key]) => key.includes('frames')).map(([, text]) => JSON.parse(text as string)[0].events.length)).toEqual([1])
})
