package ai.scailabs.vault.bench.load;

import java.util.HashMap;
import java.util.Map;

/**
 * What wrk saw.
 *
 * @param errors connections that failed, time-outs, and answers other than 2xx and 3xx
 */
public record WrkResult(long requests, double seconds, double p50Millis, double p99Millis, long errors) {
    private static final String MARK = "RESULT ";

    /** @throws IllegalStateException when wrk did not get as far as its result */
    static WrkResult parse(String output) {
        String line = output.lines()
                .filter(each -> each.startsWith(MARK))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk printed no result:\n" + output));
        Map<String, Long> figures = new HashMap<>();
        for (String figure : line.substring(MARK.length()).split(" ")) {
            int equals = figure.indexOf('=');
            figures.put(figure.substring(0, equals), Long.valueOf(figure.substring(equals + 1)));
        }
        return new WrkResult(
                figures.getOrDefault("requests", 0L),
                figures.getOrDefault("duration", 1L) / 1e6,
                figures.getOrDefault("p50", 0L) / 1e3,
                figures.getOrDefault("p99", 0L) / 1e3,
                figures.getOrDefault("errors", 0L));
    }
}
