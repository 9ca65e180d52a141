import { release } from './dead'
import { endHover } from './hovers'
import { settle } from './moves'

/** Decides what is still open on the page, before it is left. */
export function finish(): void {
  release()
  endHover()
  settle()
}
