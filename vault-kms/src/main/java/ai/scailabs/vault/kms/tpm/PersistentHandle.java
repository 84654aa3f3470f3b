package ai.scailabs.vault.kms.tpm;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where an object of the TPM's owner lies for good (TPM 2.0 Library, part 2, 7.4, and the registry of reserved handles): {@code 0x81000000} to {@code 0x817fffff}. */
public record PersistentHandle(int value) {
    private static final Pattern FORM = Pattern.compile("0x81[0-7][0-9a-fA-F]{5}");

    /** Empty when it is no handle of the owner's. */
    public static Optional<PersistentHandle> parse(String text) {
        return FORM.matcher(text).matches()
                ? Optional.of(new PersistentHandle(HexFormat.fromHexDigits(text, 2, text.length())))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "0x" + HexFormat.of().toHexDigits(value);
    }
}
