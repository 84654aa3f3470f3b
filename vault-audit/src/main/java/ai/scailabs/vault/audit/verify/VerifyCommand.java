package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.kernel.sensitive.PlainData;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code bin/audit-verify}: one line of JSON on the one stream, and what it means on the other. Ends with 0 when all that was asked for was shown, with the {@link Finding}'s own code when it was not, with 2 when
 * the question was none, and with 4 when something could not be read.
 */
public final class VerifyCommand {
    private static final int EX_USAGE = 2;
    private static final int EX_UNREADABLE = 4;

    private VerifyCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    private static String meaning(Map<String, Object> shown) {
        return shown.get("missing") instanceof Long missing && missing > 0
                ? "verified, without " + missing + " entries of that time, which the log did not hold any more"
                : "verified";
    }

    /** Returns the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            VerifyOptions options = VerifyOptions.parse(arguments);
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("result", "verified");
            shown.putAll(verify(options));
            out.println(json(shown));
            err.println(meaning(shown));
            return 0;
        } catch (VerifyOptions.Usage usage) {
            err.println("audit-verify: " + usage.getMessage() + " (bin/audit-verify --help)");
            return EX_USAGE;
        } catch (IOException e) {
            err.println("audit-verify: cannot be read: " + e.getMessage());
            return EX_UNREADABLE;
        } catch (Refuted refuted) {
            out.println(json(report(refuted)));
            String place = refuted.place().toString();
            err.println(refuted.finding().code() + (place.isEmpty() ? "" : ": " + place) + ": " + refuted.message());
            return refuted.finding().exitCode();
        }
    }

    private static Map<String, Object> verify(VerifyOptions options) throws Refuted, IOException {
        List<KnownCheckpoint> given = new ArrayList<>();
        for (Path each : options.checkpoints()) {
            given.add(KnownCheckpoint.open(each.toString(), VerifyOptions.read(each), options.key()));
        }
        List<ConsistencyProof> proofs = new ArrayList<>();
        for (Path each : options.consistency()) {
            proofs.add(ConsistencyProof.read(each.toString(), VerifyOptions.read(each)));
        }
        Verification verification = new Verification(options.key(), options.witnesses(), given, proofs);
        return options.export() == null
                ? verification.checkpoints(given.getLast())
                : verification.export(ExportFolder.open(options.export()), options.manifestSha256(), options.missing());
    }

    private static Map<String, Object> report(Refuted refuted) {
        Place place = refuted.place();
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("result", refuted.finding() == Finding.UNDECIDED ? "undecided" : "failed");
        report.put("finding", refuted.finding().code());
        put(report, "file", place.file());
        put(report, "line", place.line());
        put(report, "index", place.index());
        put(report, "end_index", place.endIndex());
        put(report, "id", place.id());
        report.put("message", refuted.message());
        return report;
    }

    private static String json(Map<String, Object> members) {
        return JsonMapper.shared().writeValueAsString(PlainData.of(members));
    }

    private static void put(Map<String, Object> report, String name, @Nullable Object value) {
        if (value != null) {
            report.put(name, value);
        }
    }
}
