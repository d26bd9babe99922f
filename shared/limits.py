"""Every cap in one place: how much of anything the apps accept, and how long they wait.

A limit that a visitor can meet is named in the message that refuses the input, so the two never disagree.
Each module's own caps stand at the end, under a comment that names the module.

    from shared.limits import MAX_UPLOAD_MB
    if size_bytes > MAX_UPLOAD_MB * MB:
        raise InputError(f"This file is larger than {MAX_UPLOAD_MB} MB. Send a smaller one.")
"""

MB = 1024 * 1024  # bytes in one megabyte, as all the limits below count it

# What comes in, for every app.
MAX_UPLOAD_MB = 50  # one uploaded file, compressed or not
MAX_REQUEST_MB = 32  # the body of a request that carries a whole table; the largest there is
MAX_BODY_MB = 1  # the body of any other call of an endpoint that says nothing else
MAX_PAGE_BODY_MB = 4  # the body of one of a page's own events
MAX_TEXT_CHARACTERS = 10_000  # one text field, from the page or from a program
MAX_ERROR_VALUE_CHARACTERS = 60  # how much of a wrong value is repeated in the message about it

# How many at a time, for every app.
QUEUE_MAX_SIZE = 200  # requests of one kind that may wait in one app; the next one is told to come back later
MAX_WAITING_SESSION = 25  # of these, from one session
MAX_WAITING_ADDRESS = 100  # and from one address: a class may share it
MAX_WAITING_MB = 100  # the bodies of all that wait in one app together; read, they take several times that
DEFAULT_CONCURRENCY = 4  # requests of one kind that run at the same time
HEAVY_CONCURRENCY = 1  # the same for training and other work that uses every core

# How long things are kept.
CACHE_SWEEP_SECONDS = 600  # how often old temporary files are looked for
CACHE_MAX_AGE_SECONDS = 3600  # a temporary file older than this is deleted

# shared.jobs: trainings from a page. One of a kind runs at a time.
MAX_WAITING_RUNS = 6  # trainings that wait for their turn
MAX_KEPT_RUNS = 10  # trainings altogether; what was sent and the models stay on disk
RUN_KEPT_SECONDS = 3600  # how long a finished training is kept, with what was sent
RUN_UNWATCHED_SECONDS = (
    150  # how long no page asks before a training gives way; hidden pages ask once a minute
)

# shared.collab, the "Under the hood" tab.
MAX_LOOKUP_CELLS = 1_000_000  # cells of the random table that the lookup and the one-hot product are timed on
MAX_CORNER_FACTORS = 20  # factors for each user and film of the corner
MAX_CORNER_CALL_STEPS = 1_000  # gradient steps for one request
MAX_CORNER_STEPS = 5_000  # gradient steps of one run, after which it must be started again
MAX_CATEGORY_COLUMNS = 100  # columns of a table whose embedding sizes are worked out
MAX_CATEGORY_LEVELS = 1_000_000_000  # different values of one column, when the visitor types the number
MAX_CATEGORY_FILE_MB = 10  # a CSV file read for its columns
MAX_CATEGORY_ROWS = 200_000  # rows of that file

# shared.artifacts: trained models, and the Hugging Face Hub they may come from.
MAX_ARTIFACT_MB = 15  # all files of a model that comes with the project
MAX_ARTIFACT_FILE_MB = 10  # one file of such a model
MAX_LOADED_ARTIFACT_MB = 200  # all files of a model that somebody chose: a folder, or a repository on the Hub
MAX_ARTIFACT_FILES = 20  # files in one model folder
MAX_CONFIG_MB = 1  # config.json of a model
HUB_ANSWER_SECONDS = 4  # how long the Hub may take to connect, and again to answer, before it counts as down
HUB_WAIT_SECONDS = 20  # how long an app waits for a whole model before it starts with the one it has
HUB_GIVE_UP_SECONDS = 300  # when a download that goes on behind a started app is stopped

# shared.collab.catalogue, search and ratings_input: films and ratings from the page or a program.
MAX_CATALOGUE_MB = 64  # a catalogue file, unpacked
MAX_QUERY_CHARACTERS = 200  # of what is typed into the title search; the rest is not read
MAX_SEARCH_RESULTS = 100  # films in one answer of the search
MAX_RATINGS = 10_000  # ratings in one request

# shared.collab.imports, import_files and matching: a visitor's own export.
MAX_IMPORT_FILES = 5  # files at a time
MAX_IMPORT_MB = 20  # one file, and again what it unpacks to
MAX_IMPORT_ROWS = 20_000  # rows of all files together
MAX_IMPORT_COLUMNS = 200  # columns of one file
MAX_TITLE_CHARACTERS = 300  # of a title that are compared and shown
MAX_ZIP_ENTRIES = 2_000  # files in one zip
MAX_COMPARED_TITLES = 5_000  # that are not here word for word, of one import: 0.3 ms each
MAX_SUGGESTIONS = 3  # films proposed for a row that matched none

# shared.collab.data and train: ratings to learn from.
MAX_TRAINING_RATINGS = 40_000_000  # rows; MovieLens 32M fits
MAX_RATINGS_FILE_MB = 4_000  # a CSV at the command line; it is read as a stream
MAX_ARCHIVE_MB = 1_000  # an archive fetched by address
MAX_LIST_FACTORS = 400  # numbers of each film in the list model, twice, a byte each: its size
MAX_LIST_ROWS = 800  # rows it is solved for; as many stand for the users when there are more
MAX_ALS_FACTORS = 20  # the artifact's size grows with its square
MAX_TRAINING_EPOCHS = 300  # passes over the ratings in one run
MAX_UPLOADED_RATINGS = 200_000  # rows of a visitor's own CSV in the Train tab

# The recommender's endpoints.
MAX_LISTED_FILMS = 100  # films in one answer, or asked about in one request

# shared.collab.own_ratings and train_runs: the Train tab.
MAX_UPLOADED_RATINGS_MB = 20  # the visitor's own CSV
MAX_UPLOADED_USERS = 20_000  # different users in it: memory grows with their number times factors squared
MAX_UPLOADED_ITEMS = 20_000  # different items in it
MAX_PAGE_FASTAI_EPOCHS = 20  # a pass takes seconds there; the command line allows MAX_TRAINING_EPOCHS
MAX_PAGE_FASTAI_FACTORS = 200  # as many as the command line allows
MAX_TRAINING_SECONDS = 600  # one training from the page; then it makes room for the next visitor
MAX_WAITING_RATING_RUNS = 20  # trainings that wait for their turn; most take less than a minute
MAX_KEPT_RATING_RUNS = 40  # trainings altogether; a model takes a few MB
MAX_SHOWN_RUNS = 5  # of a visitor's trainings that stay in the table of runs

# shared.vision.dataset and train: photos to learn from.
MAX_TRAINING_PHOTOS = 20_000  # of all classes together, from the command line
MAX_PHOTO_EPOCHS = 100  # passes over the photos, frozen ones included
MAX_TRAINING_SIDE_PX = 512  # side of the square that a network sees

# shared.vision.cleaning, flags and quick: the tab "Clean your data".
MAX_CLEAN_PHOTOS = 2_000  # of all classes together, from the page
MAX_CLEAN_CLASSES = 50  # each card of the grid lists all of them
MAX_CLEAN_FOLDERS = 20  # visitors whose photos are kept at a time
MIN_CLEAN_SCENES = 3  # different photos of each class: two to train on and one held out
MAX_CHOICES_MB = 5  # a table of choices
MAX_SAVED_CHOICES = 4_000  # that a visitor's browser keeps, 0.5 MB
MAX_LABEL_CHARACTERS = 100  # of the name of a class

# shared.vision.images: one photo.
MAX_PHOTO_MB = 30  # the file
MAX_PHOTO_MEGAPIXELS = 52  # what phones take at most by default; Pillow itself would warn from 89 on
MAX_WHOLE_MEGAPIXELS = 16  # of a PNG or WebP, which no decoder can make smaller on the way: 0.3 s of a core
MAX_PHOTO_SIDE = 30_000  # pixels of the longer side

# shared.vision.train_runs: the tab "Train your own".
MAX_PHOTO_TRAINING_SECONDS = 1_200  # one training from the page; it may go on in another turn
MAX_PAGE_PHOTOS = 2_000  # of all classes together
MAX_PAGE_PHOTOS_MB = 300  # of all classes together
MAX_PAGE_CLASSES = 20  # the confusion matrix must stay readable
MAX_PAGE_PHOTO_EPOCHS = 20  # times through the photos
MIN_PAGE_PHOTO_SIZE, MAX_PAGE_PHOTO_SIZE = 64, 384  # pixels of the side that the model sees

# shared.vision.zips: a zip of class folders.
MAX_ZIP_FILES = 10_000  # in one zip, the computer's own among them
MAX_ZIP_DIRECTORY_MB = 2  # a zip's table of contents
MAX_UNPACKED_MB = 300  # all photos of one zip, unpacked
MAX_ZIP_RATIO = 100  # how many times its packed size a file may unpack to; photos reach 1.1

# shared.vision.augment: the tab "What it sees" and its endpoint.
MAX_AUGMENT_VIEWS = 16  # pictures in one answer
MAX_AUGMENT_SEED = 999_999  # a number that people can read out to each other

# apps.views.bears.endpoints.
MAX_BATCH_PHOTOS = 64  # in one request

# shared.curves.points, data and quadratic: points in the plane, and a curve through them.
MAX_CURVE_POINTS = 1_000  # in one request, or on the plot
MAX_CURVE_VALUE = 1_000_000  # size of an x, a y, or a parameter that somebody sets
MAX_CURVE_RATE = 1_000_000_000  # learning rate: one that is far too large may be tried, and is named
MAX_CURVE_ROUNDS = 1_000  # rounds of coordinate descent
MAX_CURVE_NOISE = 10  # noise level of made points; the lesson's is 1
MAX_CURVE_SEED = 999_999  # a number that people can read out to each other
MAX_CURVE_STEPS = 20_000  # gradient steps of one fit

# shared.curves.points_file and notebook: a visitor's own points, and the notebook to take away.
MAX_POINTS_FILE_MB = 20  # one file; 1,000 points take 0.05
MAX_POINTS_TEXT_CHARACTERS = 200_000  # pasted; a longer table comes as a file
MAX_POINTS_ROWS = 10_000  # rows of it, those without a point among them
MAX_POINTS_VALUE = 1e15  # size of a number in it; they are brought to an ordinary size afterwards
MAX_POINTS_NAME_CHARACTERS = 60  # of a column's heading that are shown
MAX_NOTEBOOK_LINK_CHARACTERS = 4_000  # a longer link stays out of the notebook

# shared.curves.relus, fit and sweep: sums of ReLUs, fitted by gradient descent.
MAX_CURVE_UNITS = 100  # of one network
MAX_CURVE_SEEDS = 100  # networks fitted at once
MAX_CURVE_FRAMES = 1_000  # of one animation
MAX_CURVE_WORK = 1_200_000_000  # units x points x seeds x steps of one fit, some six seconds
MAX_SWEEP_COUNTS = 20  # different numbers of units in one sweep
MAX_SWEEP_STEPS = 3_000  # gradient steps of each fit of a sweep
MAX_SWEEP_CELLS = 250_000  # units x points x networks of one fit of a sweep; it tries fewer seeds above that

# shared.forest.fit: one forest.
MAX_FOREST_TREES = 1_000  # of one forest
MAX_FOREST_LEAF_ROWS = 100_000  # the largest "at least so many rows in a leaf" that can be asked for
MAX_FOREST_SEED = 999_999  # a number that people can read out to each other
MAX_FOREST_CLASSES = 100  # different values of a target that is a category
MAX_FOREST_CLASS_COUNTS = 1_000  # classes of one group of rows whose impurity is asked for
MAX_FOREST_WORK = 1_000_000_000  # rows x columns tried at a split x trees of one fit: 3 minutes of a core
MAX_FOREST_MB = 1_000  # all trees of one forest in memory, at the most that they can grow to

# shared.forest.caps: the same where a Dask cluster fits. Tables and trees lie in this process all the same.
MAX_CLUSTER_TABLE_ROWS = 1_000_000
MAX_CLUSTER_TABLE_CELLS = 10_000_000
MAX_CLUSTER_TABLE_MB = 800
MAX_CLUSTER_FOREST_WORK = 50_000_000_000
MAX_CLUSTER_REFIT_WORK = 200_000_000_000
MAX_CLUSTER_FOREST_MB = 4_000

# shared.forest.grow, curve, importances, lottery, redundancy and domain.
MAX_FOREST_HAND_LEAVES = 64  # of a tree grown by hand; more cannot be drawn to be read
MAX_FOREST_RESAMPLES = 2_000  # bootstrap samples of rows behind one interval
MAX_FOREST_CURVE_POINTS = 200  # numbers of trees at which an error curve is worked out
MAX_FOREST_REPEATS = 50  # shuffles of each column for its permutation importance
MAX_FOREST_SEEDS = 50  # forests behind one interval
MAX_FOREST_REFITS = 2_000  # forests of one drop-column answer: columns x forests
MAX_FOREST_REFIT_WORK = 4_000_000_000  # the same, for all refits of one answer together
MAX_FOREST_SPLITS = 1_000  # random splits of one lottery
MAX_FOREST_CLUSTER_COLUMNS = 500  # in one dendrogram
MAX_FOREST_CLUSTER_ROWS = 20_000  # rows that its rank correlations are taken over; a sample above it
MAX_FOREST_LINE_POINTS = 1_000  # of the line that goes on beyond the training range
MAX_FOREST_SHUFFLES = 200  # detectors fitted on shuffled labels, to see what chance does
MAX_FOREST_REACH = 100  # how far that line goes on each side, in widths of the range

# shared.tables.sniff, read_table, kinds and choose: a visitor's own table.
MAX_TABLE_MB = 400  # one file, and one upload; it is read as a stream, so memory does not grow with it
MAX_TABLE_LINES = 2_000_000  # of the file
MAX_TABLE_COLUMNS = 1_000  # of the file
MAX_TABLE_LINE_CHARACTERS = 1_000_000  # one line of the file
MAX_TABLE_SAMPLE_ROWS = 20_000  # rows that are kept to fit on; from a longer file they are drawn at random
MAX_TABLE_CELLS = 2_000_000  # rows times columns that are kept: wide tables keep fewer rows
MAX_TABLE_SCORED_ROWS = 100_000  # rows that get a prediction in one request; wide tables fewer, see above
MAX_TABLE_NAME_CHARACTERS = 60  # of a column's name
MAX_TABLE_LEVELS = 1_000  # different values of a category: each is one point of its partial dependence
MAX_TABLE_VALUE = 1e30  # size of a number; scikit-learn compares in single precision, which ends at 3e38
MIN_TABLE_ROWS = 10  # rows with a target

# shared.forest.grids, ice and ale: curves and maps of a forest.
MAX_FOREST_GRID = 200  # values of a numeric column that a curve is worked out at
MAX_FOREST_ICE_ROWS = 1_000  # rows with a curve of their own
MAX_FOREST_MAP_CELLS = 40_000  # of one two-way map

# apps.views.forest.session: what visitors of the forest explorer made. Megabytes of memory.
MAX_KEPT_TABLE_MB = 200  # uploaded tables of one visitor, and so one table
MAX_KEPT_TABLES_MB = 1_000  # uploaded tables of all visitors
MAX_KEPT_FORESTS_MB = 1_000  # forests with their rows; those that are not asked for go and are fitted again
MAX_KEPT_FITS_MB = 20  # what programs' ids of forests stand for
FOREST_KEPT_SECONDS = 3600  # how long one is kept that nobody asks for

# shared/forest/hunt.py and hand.py: what a page draws of one split
MAX_FOREST_HUNT_ROWS = 3_000  # training rows whose values go to the browser; a random sample above it
MAX_FOREST_OFFERED = 200  # thresholds of one column that are offered for a leaf

# shared.forest.new_rows: the out-of-domain detector on a visitor's new rows.
MAX_FOREST_DOMAIN_ROWS = 4_000  # of each kind that the detectors see; a sample above it

# shared/forest/take_away.py
MAX_SAVED_FOREST_NODES = 2_000_000  # in all trees: about 130 MB before compression
