package ai.scailabs.vault.kms.transit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** A credential as it was given, or the file in which it stands now. Prints no value. */
public sealed interface SecretText {
    /** What a header takes as it is: what is not of this form would stand in the driver's complaint. */
    Pattern FORM = Pattern.compile("[!-~]{1,8192}");

    record Given(String value) implements SecretText {
        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    record InFile(Path file) implements SecretText {}

    /** What it is at this moment. */
    default String read() throws TransitTrouble {
        return switch (this) {
            case Given given -> checked(given.value(), "the credential");
            case InFile in -> checked(content(in.file()).strip(), "the file " + in.file());
        };
    }

    private static String content(Path file) throws TransitTrouble {
        try {
            if (Files.size(file) > 16_384) {
                throw new TransitTrouble(TransitTrouble.Kind.REFUSED, "the file " + file + " is too long");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new TransitTrouble(TransitTrouble.Kind.REFUSED, "the file " + file + " cannot be read");
        }
    }

    private static String checked(String text, String what) throws TransitTrouble {
        if (!FORM.matcher(text).matches()) {
            throw new TransitTrouble(
                    TransitTrouble.Kind.REFUSED, what + " does not hold 1 to 8192 printable characters without spaces");
        }
        return text;
    }
}
