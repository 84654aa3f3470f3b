package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.note.InvalidNote;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.audit.note.WitnessKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the command is asked for.
 *
 * @param missing how many entries the log may have let go, as whoever asks knows from elsewhere
 */
record VerifyOptions(
        LogKey key,
        @Nullable Path export,
        @Nullable String manifestSha256,
        long missing,
        List<Path> checkpoints,
        List<Path> consistency,
        List<WitnessKey> witnesses) {
    /** Of a checkpoint or a proof. */
    private static final int MAX_FILE = SignedNote.MAX_LENGTH;

    private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");

    static VerifyOptions parse(List<String> arguments) throws Usage, IOException {
        LogKey key = null;
        Path export = null;
        String manifestSha256 = null;
        long missing = 0;
        List<Path> checkpoints = new ArrayList<>();
        List<Path> consistency = new ArrayList<>();
        List<WitnessKey> witnesses = new ArrayList<>();
        try {
            for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
                String option = each.next();
                require(each.hasNext(), option + " is no option, or has no value");
                String value = each.next();
                switch (option) {
                    case "--key" -> key = LogKey.parse(lineOrFile(value));
                    case "--witness" -> witnesses.add(WitnessKey.parse(lineOrFile(value)));
                    case "--export" -> export = Path.of(value);
                    case "--checkpoint" -> checkpoints.add(Path.of(value));
                    case "--consistency" -> consistency.add(Path.of(value));
                    case "--manifest-sha256" -> manifestSha256 = value;
                    case "--missing" -> missing = count(value);
                    default -> throw new Usage(option + " is no option");
                }
            }
        } catch (InvalidNote e) {
            throw new Usage("--key and --witness take the line of a key, or a file with one");
        } catch (InvalidPathException e) {
            throw new Usage("a path is none");
        }
        if (key == null) {
            throw new Usage("--key is missing: it is what everything else is held against");
        }
        require(export != null || !checkpoints.isEmpty(), "there is nothing to verify: --export or --checkpoint");
        require(export != null || manifestSha256 == null, "--manifest-sha256 goes with --export");
        require(export != null || missing == 0, "--missing goes with --export");
        return new VerifyOptions(key, export, manifestSha256, missing, checkpoints, consistency, witnesses);
    }

    /** A small file that the caller names. */
    static byte[] read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE + 1);
            if (bytes.length > MAX_FILE) {
                throw new IOException(file + " is too long");
            }
            return bytes;
        }
    }

    /** Lines of keys have two plus signs and may be files' names all the same; a file that is there is meant. */
    private static String lineOrFile(String value) throws IOException {
        if (value.indexOf('+') >= 0 && !Files.isRegularFile(Path.of(value))) {
            return value;
        }
        String content = new String(read(Path.of(value)), StandardCharsets.UTF_8);
        return content.endsWith("\n") ? content.substring(0, content.length() - 1) : content;
    }

    private static long count(String value) throws Usage {
        require(COUNT.matcher(value).matches(), "--missing takes a number");
        return Long.parseLong(value);
    }

    private static void require(boolean holds, String message) throws Usage {
        if (!holds) {
            throw new Usage(message);
        }
    }

    /** Not what the command can be asked for. */
    static final class Usage extends Exception {
        private static final long serialVersionUID = 1L;

        Usage(String message) {
            super(message);
        }
    }
}
