-- How the files of a dataset were put together and read.
create table dataset_report (
    dataset_id text primary key references dataset (dataset_id),
    -- what the files are to each other (rows below each other, or joined by which key and rule), JSON: they are read again in the same way
    combine text not null,
    -- JSON
    report text not null
);

-- How the people of a file of outcomes were matched.
create table outcome_report (
    import_id text primary key references outcome_import (import_id),
    -- JSON
    report text not null
);
