"""What can be measured of a page's looks: whether it fits the window, whether its words can be read, where the
focus is.
"""

from playwright.sync_api import Page

LEAST_CONTRAST = 4.5
LEAST_CONTRAST_LARGE = 3.0
"""of text of 24 px, or bold of 18.66 px (WCAG 2.2, 1.4.3)"""

_FAINT = """([least, leastLarge]) => {
  const numbers = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number)
    return [r, g, b, a]
  }
  const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a))
  const backdrop = (element) => {
    if (!element) return [255, 255, 255]
    const colour = numbers(getComputedStyle(element).backgroundColor)
    return colour[3] === 1 ? colour : over(colour, backdrop(element.parentElement))
  }
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const faint = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text; (text = texts.nextNode()); ) {
    const element = text.parentElement
    if (!text.data.trim() || element.closest('svg, :disabled')) continue
    if (!element.checkVisibility({ visibilityProperty: true })) continue
    const style = getComputedStyle(element)
    const back = backdrop(element)
    const [high, low] = [luminance(over(numbers(style.color), back)), luminance(back)].sort((a, b) => b - a)
    const ratio = (high + 0.05) / (low + 0.05)
    const size = parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700)
    if (ratio < (large ? leastLarge : least)) faint.push(`${text.data.trim()}: ${ratio.toFixed(2)}`)
  }
  return faint
}"""

_FOCUS = """() => {
  const focused = document.activeElement
  const box = focused.getBoundingClientRect()
  let ring = false
  for (let at = focused; at; at = at.parentElement) ring ||= / 0px 0px 0px 3px/.test(getComputedStyle(at).boxShadow)
  const inside = box.width > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
  return { what: focused.outerHTML.slice(0, 120), ring, inside, testid: focused.dataset.testid ?? '',
           text: focused.textContent.trim() }
}"""


def faint_words(page: Page) -> list[str]:
    """Words on the page that stand out too little from what is behind them, with their contrast."""
    found: list[str] = page.evaluate(_FAINT, [LEAST_CONTRAST, LEAST_CONTRAST_LARGE])
    return found


def overhang(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    pixels: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels


def tab_to(page: Page, wanted: str, most: int = 40) -> None:
    """Press Tab until the element with that test id or text has the focus, which must be seen at every stop."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        if focus["what"].startswith("<body"):
            continue  # past the last one, the browser's own controls come before the first
        assert focus["ring"], f"no visible focus on {focus['what']}"
        assert focus["inside"], f"the focus is out of the window on {focus['what']}"
        stops.append(focus["testid"] or focus["text"])
        if wanted in (focus["testid"], focus["text"]):
            return
    raise AssertionError(f"Tab does not lead to {wanted}, but to {stops}")
