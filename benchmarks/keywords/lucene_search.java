// Lucene's side of keywords/compare.py, run from its source: java -cp CORE.jar:ANALYSIS.jar lucene_search.java ...
//
//   build TERMS FOLDER                  one segment, frequencies without positions; prints the processor time
//   search FOLDER QUESTIONS ROUNDS LIMIT_S K...
//                                       for each K a JSON array: milliseconds of the thread that asks, the best of the rounds
//
// An OR of term queries with BM25 (k1 .9, b .6) over a field split at blanks; no counting of hits, so that Lucene may pass over
// what cannot get in; no cache of queries. What the compiler and the collector of the virtual machine take is not counted.
import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

class LuceneSearch {
  static final BM25Similarity SIMILARITY = new BM25Similarity(0.9f, 0.6f);
  static final long WARMING_NS = 10_000_000_000L;

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("build")) build(Path.of(arguments[1]), Path.of(arguments[2]));
    else search(arguments);
  }

  static void build(Path passages, Path folder) throws Exception {
    FieldType type = new FieldType();
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    type.setTokenized(true);
    type.freeze();
    IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer());
    config.setSimilarity(SIMILARITY).setRAMBufferSizeMB(1500).setUseCompoundFile(false);
    try (IndexWriter writer = new IndexWriter(new MMapDirectory(folder), config);
        BufferedReader lines = Files.newBufferedReader(passages)) {
      for (String line; (line = lines.readLine()) != null; ) {
        Document document = new Document();
        document.add(new Field("text", line, type));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      writer.commit();
    }
    var machine = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    System.out.printf(java.util.Locale.ROOT, "{\"build_cpu_s\": %.2f, \"version\": \"%s, Java %s\"}%n",
        machine.getProcessCpuTime() / 1e9, Version.LATEST, Runtime.version().feature());
  }

  static void search(String[] arguments) throws Exception {
    var clock = ManagementFactory.getThreadMXBean();
    int rounds = Integer.parseInt(arguments[3]);
    double limit = Double.parseDouble(arguments[4]);
    List<Query> queries = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(arguments[2]))) {
      BooleanQuery.Builder query = new BooleanQuery.Builder();
      for (String term : line.split(" ")) query.add(new TermQuery(new Term("text", term)), BooleanClause.Occur.SHOULD);
      queries.add(query.build());
    }
    try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(Path.of(arguments[1])))) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setSimilarity(SIMILARITY);
      searcher.setQueryCache(null);
      // Until the virtual machine has compiled what it will.
      for (int q = 0; clock.getCurrentThreadCpuTime() < WARMING_NS; q = (q + 1) % queries.size()) {
        for (int i = 5; i < arguments.length; ++i)
          searcher.search(queries.get(q), new TopScoreDocCollectorManager(Integer.parseInt(arguments[i]), null, 1));
      }
      for (int i = 5; i < arguments.length; ++i) {
        int k = Integer.parseInt(arguments[i]);
        double[] best = new double[queries.size()];
        Arrays.fill(best, Double.MAX_VALUE);
        long begun = System.nanoTime();
        for (int round = 0; round < rounds && (round == 0 || (System.nanoTime() - begun) / 1e9 < limit); ++round) {
          for (int q = 0; q < best.length; ++q) {
            long start = clock.getCurrentThreadCpuTime();
            searcher.search(queries.get(q), new TopScoreDocCollectorManager(k, null, 1));
            best[q] = Math.min(best[q], (clock.getCurrentThreadCpuTime() - start) / 1e6);
          }
        }
        System.out.println(Arrays.toString(best));
      }
    }
  }
}
