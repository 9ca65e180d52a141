// The page that is open, as long as the edge takes it.

export const url = () => location.href.slice(0, 4096)
export const title = () => document.title.slice(0, 300)
