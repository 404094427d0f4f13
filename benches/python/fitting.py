"""One fit of the forest and of boosting: on the IBM data and on 100 000 rows of 30 columns."""

import numpy as np
from common import boosters, forests, ibm, measure, size


def large():
    random = np.random.default_rng(1)
    rows = size(100_000, 2_000)
    inputs = random.random((rows, 30), dtype=np.float32)
    return inputs, (inputs[:, 0] + inputs[:, 1] * inputs[:, 2] + 0.5 * random.random(rows) > 1.1).astype(int)


for name, (inputs, outcomes) in {"ibm": ibm(), "100k": large()}.items():
    for peer, model in boosters().items():
        measure(f"fit_{name}_gradient_boosting", peer, lambda: model.fit(inputs, outcomes), 5)
    # Trees cost alike, and all 300 on the large data take minutes: a tenth of them is measured there.
    times = 10 if name == "100k" else 1
    for peer, model in forests(len(inputs), 300 // times).items():
        measure(f"fit_{name}_random_forest", peer, lambda: model.fit(inputs, outcomes), 2, times)
