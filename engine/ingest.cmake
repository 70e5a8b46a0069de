# How documents get into an index: cutting them up, and the run that reads, cuts and stores them.
kindling_room(chunker
  SOURCES chunk_cuts.cc chunk_sections.cc chunk_space.cc chunk_units.cc chunker.cc
  HEADERS chunk_cuts.h chunk_sections.h chunk_space.h chunk_units.h chunker.h
  USES base tokenizer formats)

kindling_room(ingest
  SOURCES ingest.cc ingest_embed.cc ingest_glob.cc ingest_prune.cc ingest_read.cc ingest_readers.cc ingest_scan.cc
  HEADERS ingest.h ingest_embed.h ingest_glob.h ingest_progress.h ingest_prune.h ingest_read.h ingest_readers.h ingest_scan.h
  USES base tokenizer formats encoder index chunker)
