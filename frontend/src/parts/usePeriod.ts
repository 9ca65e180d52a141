// The period of the page's address, and the way to change it.
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { choiceOf, periodOf, queryOf, type Choice } from '@/numbers/period'

export function usePeriod() {
  const route = useRoute()
  const router = useRouter()
  const choice = computed(() => choiceOf(route.query))
  return {
    choice,
    period: () => periodOf(choice.value),
    choose(next: Choice) {
      const { from: _from, to: _to, ...others } = route.query
      void router.replace({ query: { ...others, ...queryOf(next) } })
    },
  }
}
