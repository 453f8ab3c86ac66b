"""One module for each kind of file: how it is read, and how its twin is simulated.

The contract of such a module is two functions:

``read(paths, entry, **options)``
    Return the data of the files, by their names in the catalogue, as an xarray or a pandas object.
``simulate(entry, rng, **options)``
    Return an object of the same shape from a random generator, with ``truth`` among its attributes where
    something about it is known exactly.

Units and names come from `kit.ocean.annotation`, labels from `kit.ocean.labels`: neither is repeated here.
"""
