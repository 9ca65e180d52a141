import { afterEach, beforeEach, expect, test } from 'vitest'
import { details, reset, tick, unload, visit } from './page'

beforeEach(reset)
afterEach(unload)

const told = async (...args: unknown[]) => {
  await visit()
  const event = window.datalab!.event as (...args: unknown[]) => void
  expect(() => event(...args)).not.toThrow()
  await tick(200)
  return details()[1]
}

test('value and currency are taken out of the properties', async () => {
  expect(await told('purchase', { value: 49.9, currency: 'EUR', size: 'M', gift: true, n: 2 })).toEqual({
    name: 'purchase',
    value: 49.9,
    currency: 'EUR',
    props: { size: 'M', gift: true, n: 2 },
  })
})

test('a name is enough', async () => {
  expect(await told('signup')).toMatchObject({ name: 'signup', props: {} })
})

test('what the edge would refuse is cut or made text', async () => {
  const event = (await told('n'.repeat(200), {
    value: '12.5',
    currency: 'euros',
    nested: { a: 1 },
    nothing: undefined,
    date: new Date(0),
    long: 'x'.repeat(900),
    ['k'.repeat(200)]: 1,
    ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => ['p' + i, i])),
  }))!
  expect(event.name).toHaveLength(100)
  expect(event.value).toBe(12.5)
  expect(event).not.toHaveProperty('currency')
  expect(Object.keys(event.props!)).toHaveLength(30)
  expect(event.props!.nested).toBe('[object Object]')
  expect(event.props!.long).toHaveLength(500)
  expect(event.props!['k'.repeat(100)]).toBe(1)
})

test.each([[[]], [['']], [[null]], [['x', null]], [['x', 5]], [[Symbol('x')]], [['x', { s: Symbol('y') }]]])(
  'nonsense %# neither throws nor breaks the stream',
  async (args) => {
    await told(...args)
    window.datalab!.event('after')
    await tick(200)
    expect(details().some(({ name }) => name === 'after')).toBe(true)
  },
)
