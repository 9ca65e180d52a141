// One thing after the other, and what went wrong with the last of them.
import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'

export function useAttempts() {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  return {
    busy,
    problem,
    /** Whether it worked. */
    async attempt(work: () => Promise<unknown>): Promise<boolean> {
      busy.value = true
      try {
        await work()
        problem.value = null
        return true
      } catch (error) {
        problem.value = asProblem(error)
        return false
      } finally {
        busy.value = false
      }
    },
  }
}
