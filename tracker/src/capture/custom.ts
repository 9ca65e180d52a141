// What a page reports itself: datalab.event('purchase', { value: 49, currency: 'EUR', size: 'M' }).

import type { Detail } from '../protocol'
import { record } from '../record'

const MOST_PROPS = 30

/** As the edge accepts it: properties flat; what is too long is cut, what is not a value becomes text. */
export function custom(name: string, { value, currency, ...rest }: { [key: string]: unknown } = {}): void {
  const props: Detail['props'] = {}
  for (const [key, given] of Object.entries(rest).slice(0, MOST_PROPS))
    props[key.slice(0, 100)] = /number|boolean/.test(typeof given) ? (given as number) : ('' + given).slice(0, 500)
  if (name)
    record({
      name: ('' + name).slice(0, 100),
      // NaN, where there is none, travels as null
      value: +(value as number),
      currency: /^[a-z]{3}$/i.test(currency as string) ? (currency as string) : undefined,
      props,
    })
}
