"""Finding a person whose name and number are stored encrypted: by blind indexes (docs/people.md).

`phonetics` turns a word into how it sounds, `names` a name into such codes, `terms` a person into keyed
terms; `indexing` writes and rewrites them; `finding` asks. Nothing here keeps a name or a number in clear.
"""
