// Where an element stands, as a CSS child path from an ancestor down to it:
// body>main>section.card:nth-of-type(2)>button#buy.btn.primary[name="buy"]

const LONGEST = 256
const MOST_CLASSES = 4

function compound(element: Element): string {
  const tag = CSS.escape(element.localName)
  // not element.id: an <input name="id"> hides that of its form
  const id = element.getAttribute('id')
  const name = element.getAttribute('name')
  let text = tag
  if (id) text += '#' + CSS.escape(id)
  for (const name of [...element.classList].slice(0, MOST_CLASSES)) text += '.' + CSS.escape(name)
  if (name) text += `[name="${CSS.escape(name)}"]`
  if (!id && !element.matches(':only-of-type')) {
    let k = 1
    for (let e: Element | null = element; (e = e.previousElementSibling); ) if (e.localName === element.localName) k++
    text += `:nth-of-type(${k})`
  }
  return text.length > LONGEST ? tag : text
}

/** At most 256 characters: the furthest ancestors are left out first, whole compounds at a time. */
export function path(element: Element): string {
  let text = compound(element)
  for (let above = element.parentElement; above?.parentElement; above = above.parentElement) {
    const longer = compound(above) + '>' + text
    if (longer.length > LONGEST) break
    text = longer
  }
  return text
}
