// Words of the dashboard. A language is a file like `en.ts`; a text is named by its path in it, `t('overview.title')`.
//
// A text may carry `{placeholders}`; where it depends on a number it is an object of plural forms, chosen by `n`.
import { ref } from 'vue'
import { en } from './en'

type Plural = { one: string; other: string }

/** What another language has to bring: the same keys, any words. */
export type Messages = Translated<typeof en>
type Translated<T> = { [K in keyof T]: T[K] extends string ? string : T[K] extends Plural ? Plural : Translated<T[K]> }

type Paths<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string | Plural ? `${Prefix}${K}` : Paths<T[K], `${Prefix}${K}.`>
}[keyof T & string]

export type Key = Paths<typeof en>

const languages: Record<string, Messages> = { en }
const language = ref('en')

/** For numbers and dates: the person's own variant of the language shown, e.g. en-GB. */
export function locale(): string {
  return navigator.languages?.find((tag) => tag.split('-')[0] === language.value) ?? language.value
}

export function t(key: Key, facts: Record<string, string | number> = {}): string {
  return find(key, facts) ?? key
}

/** A text whose key is only known at run time, e.g. by a problem's type; undefined where there is none. */
export function find(key: string, facts: Record<string, string | number> = {}): string | undefined {
  let found: unknown = languages[language.value]
  for (const part of key.split('.')) found = (found as Record<string, unknown> | undefined)?.[part]
  if (found && typeof found === 'object' && 'other' in found) {
    const forms = found as Plural
    found = forms[new Intl.PluralRules(locale()).select(Number(facts.n)) as keyof Plural] ?? forms.other
  }
  if (typeof found !== 'string') return undefined
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name]
    return fact === undefined ? whole : typeof fact === 'number' ? new Intl.NumberFormat(locale()).format(fact) : fact
  })
}
