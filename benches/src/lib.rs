//! Benchmarks. The programs written so far were taken out again because they were never compiled; they are in the history of this folder.
