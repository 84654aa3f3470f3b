package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.stand.ApiCaller;
import ai.scailabs.vault.bench.stand.Stand;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What revoking, the inventory and the list of revoked certificates cost an authority with a million certificates, all of them revoked. One caller, one call after the other; the server has its usual heap. */
final class MillionRun {
    private static final int CERTIFICATES = 1_000_000;
    private static final int WARM_UP = 300;
    private static final int REVOCATIONS = 300;
    private static final int PAGES = 30;

    private final BenchOptions options;
    private final PrintStream out;

    MillionRun(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    void run() throws IOException, InterruptedException, SQLException {
        try (Stand stand = Stand.prepare(options.folder())) {
            stand.startServer(options.serverJar());
            stand.seedPki();
            say("Storing %,d revoked certificates", CERTIFICATES);
            stand.crowd(CERTIFICATES);
            stand.age();
            stand.startServer(options.serverJar());
            List<Target> targets = new ArrayList<>();
            try (ApiCaller admin = stand.pkiAdmin()) {
                revoke(admin, WARM_UP);
                double[] revoking = revoke(admin, REVOCATIONS);
                tell("revoke", revoking);
                targets.add(Target.atMost("revoke, p99", p99(revoking), 25, "ms"));
                stand.checkpoint();
                targets.add(Target.atMost("page of the inventory, median", pages(admin), 50, "ms"));
                targets.add(Target.atMost("list of all, made", list(admin, stand), 15, "s"));
            }
            say("Memory of the server %d MiB, its heap at most 224", stand.serverResidentMiB());
            targets.forEach(target -> out.println(target.line()));
        }
    }

    private static double[] revoke(ApiCaller admin, int count) {
        List<String> serials = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            serials.add(ApiCaller.member(
                    "serial_number",
                    admin.send("POST", "/v1/pki/issue/bench", "{\"common_name\":\"one.bench.test\",\"ttl\":\"24h\"}")));
        }
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            String order = "{\"serial_number\":\"" + serials.get(i) + "\",\"reason\":\"superseded\"}";
            long begun = System.nanoTime();
            admin.send("POST", "/v1/pki/revoke", order);
            millis[i] = (System.nanoTime() - begun) / 1e6;
        }
        Arrays.sort(millis);
        return millis;
    }

    /** The median of the filter that takes longest. */
    private double pages(ApiCaller admin) {
        String authority = ApiCaller.member("id", admin.send("GET", "/v1/pki/ca", ""));
        double longest = 0;
        for (String filter : List.of(
                "include_revoked=true",
                "status=revoked",
                "role=bench&include_revoked=true",
                "ca_id=" + authority + "&include_revoked=true",
                "expiring_within=40d&include_revoked=true",
                "san=dns:n777777.bench.test&include_revoked=true",
                "role=bench&status=active")) {
            double[] millis = new double[PAGES];
            for (int i = 0; i < PAGES; i++) {
                long begun = System.nanoTime();
                admin.send("GET", "/v1/pki/certificates?limit=100&" + filter, "");
                millis[i] = (System.nanoTime() - begun) / 1e6;
            }
            Arrays.sort(millis);
            tell("page of " + filter, millis);
            longest = Math.max(longest, millis[PAGES / 2]);
        }
        return longest;
    }

    private double list(ApiCaller admin, Stand stand) throws SQLException {
        String authority = ApiCaller.member("id", admin.send("GET", "/v1/pki/ca", ""));
        stand.checkpoint();
        long begun = System.nanoTime();
        String made = admin.send("POST", "/v1/pki/ca/" + authority + "/crl", "");
        double seconds = (System.nanoTime() - begun) / 1e9;
        say("list of all: %.1f s %s", seconds, made);
        return seconds;
    }

    private static double p99(double[] sorted) {
        return sorted[sorted.length * 99 / 100];
    }

    private void tell(String what, double[] sorted) {
        say(
                "%s: median %.1f ms, p99 %.1f ms, most %.1f ms",
                what, sorted[sorted.length / 2], p99(sorted), sorted[sorted.length - 1]);
    }

    private void say(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
        out.flush();
    }
}
