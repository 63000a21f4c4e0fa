#!/usr/bin/env python3
"""Names of people, as Faker has them by locale: people.txt.

  people.py FOLDER >people.txt     FOLDER: the Python package faker 40.63.0, unpacked

Faker is MIT licensed, copyright Daniele Faraglia and contributors. Of each locale
at most 90 given and 120 family names are taken, spread over its lists. Words that
are no names of people (one locale lists titles among them) are left out by hand.
"""
import importlib, os, re, sys

GIVEN, FAMILY = 90, 120
LIKE = {"en": "en_US", "es": "es_ES", "ar_PS": "ar_SA", "de_LI": "de_CH", "de_LU": "de_DE", "fr_DZ": "fr_FR", "en_NG": "yo_NG"}


def names(provider, *keys):
    out = []
    for key in keys:
        value = getattr(provider, key, None)
        if isinstance(value, (list, tuple, dict)):
            for n in value:
                n = " ".join(str(n).split())
                if n not in out and not re.search(r"[{}()0-9/.,\t|]", n) and (len(n) > 1 or n > "\u2e80"):
                    out.append(n)
    return out


def some(of, n):
    of = sorted(of)
    return of if len(of) <= n else [of[i * len(of) // n] for i in range(n)]


def main():
    sys.path.insert(0, sys.argv[1])
    base = os.path.join(sys.argv[1], "faker/providers/person")
    print("# Names of people by locale, from Faker 40.63.0 (MIT licence): see people.py. Locale, given names, family names.")
    for locale in sorted(os.listdir(base)):
        if locale.startswith("_") or locale in LIKE or not os.path.isdir(os.path.join(base, locale)):
            continue
        provider = importlib.import_module("faker.providers.person." + locale).Provider
        keys = dir(provider)
        given = names(provider, *sorted(k for k in keys if re.match(r"first_names?(_male|_female|_unisex|_m|_f)?|first_(male|female)_names|.*given.*", k) and "romanized" not in k and "kana" not in k))
        family = names(provider, *sorted(k for k in keys if re.match(r"last_names?(_male|_female|_unisex)?|.*surname.*", k) and "romanized" not in k and "kana" not in k))
        given, family = some(given, GIVEN), some(family, FAMILY)
        if len(given) > 9 and len(family) > 9:
            print(locale, ", ".join(given), ", ".join(family), sep="\t")


main()
