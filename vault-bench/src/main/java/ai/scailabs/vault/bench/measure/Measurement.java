package ai.scailabs.vault.bench.measure;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One round of one kind of request, or the medians of several.
 *
 * @param perSecond requests answered
 * @param p50Millis half of the requests took at most this long
 * @param p99Millis all but one in a hundred took at most this long
 * @param serverMicros CPU time of the server per request
 * @param postgresMicros CPU time of all PostgreSQL processes per request
 * @param errors requests that failed or were answered with an error, over all rounds
 * @param othersShare part of the machine that went to processes that are none of ours, from 0 to 1; the worst round's
 */
public record Measurement(
        double perSecond,
        double p50Millis,
        double p99Millis,
        double serverMicros,
        double postgresMicros,
        long errors,
        double othersShare) {

    /** @param span CPU time during the round */
    public static Measurement of(
            long requests, double seconds, double p50Millis, double p99Millis, long errors, CpuUse span) {
        double answered = Math.max(1, requests);
        return new Measurement(
                requests / seconds,
                p50Millis,
                p99Millis,
                span.server() / answered,
                span.postgres() / answered,
                errors,
                span.othersShare());
    }

    public static Measurement median(List<Measurement> rounds) {
        return new Measurement(
                median(rounds, Measurement::perSecond),
                median(rounds, Measurement::p50Millis),
                median(rounds, Measurement::p99Millis),
                median(rounds, Measurement::serverMicros),
                median(rounds, Measurement::postgresMicros),
                rounds.stream().mapToLong(Measurement::errors).sum(),
                rounds.stream()
                        .map(Measurement::othersShare)
                        .max(Comparator.naturalOrder())
                        .orElse(0.0));
    }

    private static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
