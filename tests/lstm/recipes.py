"""A recipe and corpora for a base model that is trained in a second."""

from tests.lstm.songs import make_corpus

TINY = """
[seeds]
texts = 0
weights = 1
order = 2

[network]
embedding = 6
embedding_scale = 0.5
hidden = 12
layers = 2

[vocabulary]
units = 140
letters = "äé"
minimum_count = 2
[vocabulary.sample]
songs = { times = 2 }
tales = { first = 3 }

[sources.songs]
files = ["songs/*.txt"]
left_out = ["bad"]
held_out = 0.2
validation = 0.1

[sources.tales]
files = ["tales.txt"]
passage = 300
validation_songs = 1

[lower]
songs = 4

[modes]
planned = 0.7
plain = 0.3

[measured]
source = "songs"
evaluations = 3

[[runs]]
name = "trunk"
updates = 40
batch = 4
unroll = 16
learning_rate = 2e-2
warm_up = 0.1
decay = 0.5
floor = 0.2
dropout_output = 0.1
[[runs.stages]]
name = "broad"
share = 0.6
weights = { tales = 1.5, songs = 0.5, lower = 0.5 }
[[runs.stages]]
name = "songs"
share = 0.4
weights = { songs = 1.0 }

[[runs]]
name = "final"
passes = 0.7
of = "songs"
batch = 3
unroll = 12
learning_rate = 1e-2
warm_up = 0.1
decay = 0.9
dropout_input = 0.1
[[runs.stages]]
name = "end"
share = 1
weights = { songs = 1.0, tales = 0.1 }
"""


def write(folder, recipe=TINY):
    """A recipe and its corpora in a folder; returns the recipe's path and the corpora's."""
    corpora = folder / "corpora"
    (corpora / "songs").mkdir(parents=True, exist_ok=True)
    (corpora / "songs" / "a.txt").write_text(make_corpus(20, seed=1, stanzas=1))
    (corpora / "songs" / "b.txt").write_text(make_corpus(10, seed=2, stanzas=1))
    (corpora / "songs" / "bad.txt").write_text("Nothing that is wanted.\n" * 30)
    (corpora / "tales.txt").write_text(make_corpus(12, seed=3))
    (folder / "tiny.toml").write_text(recipe)
    return folder / "tiny.toml", corpora
