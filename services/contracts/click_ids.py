"""The click ids that ad networks and sites put on links, and what each says of the traffic's source and medium."""

CLICK_IDS = {
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "dclid": ("dv360", "display"),
    "msclkid": ("bing", "cpc"),
    "yclid": ("yandex", "cpc"),
    "ttclid": ("tiktok", "cpc"),
    "twclid": ("twitter", "cpc"),
    "li_fat_id": ("linkedin", "cpc"),
    "rdt_cid": ("reddit", "cpc"),
    "sccid": ("snapchat", "cpc"),
    # These two are put on every outgoing link, paid or not.
    "fbclid": ("facebook", "social"),
    "epik": ("pinterest", "social"),
}
"""of several the first counts"""
