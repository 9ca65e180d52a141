"""Pages by path: one page has an address on each of the app's hosts."""

import numpy as np

from services.analysis.reading import Reading
from services.analysis.rows import Column
from services.analysis.ways import fetch


def of_same_path(on: Reading, pages: Column) -> Column:
    """The pages, each as the first of those with its path."""
    used = np.flatnonzero(np.bincount(pages))
    on.connection.register("used", {"id": used})
    same = fetch(
        on,
        """
        select used.id, min(pages.id) as one
        from (select id, path from pages semi join used using (id)) as used join pages using (path)
        group by used.id
        """,
    )
    on.connection.unregister("used")
    one = np.zeros(int(used[-1]) + 1 if len(used) else 1, np.int32)
    one[same["id"]] = same["one"]
    return one[pages]
