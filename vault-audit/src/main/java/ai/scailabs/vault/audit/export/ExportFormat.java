package ai.scailabs.vault.audit.export;

import java.util.Locale;
import java.util.Optional;

/** How entries are written; the API writes it in lower case. */
public enum ExportFormat {
    /** The exact bytes that the tree has hashed, one entry a line: to be verified. */
    JSONL,
    /** For spreadsheets. */
    CSV;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    static String fileName(ExportFormat format, int number) {
        return "entries-%06d.%s.gz".formatted(number, format.wireName);
    }

    public static Optional<ExportFormat> parse(String text) {
        for (ExportFormat format : values()) {
            if (format.wireName.equals(text)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
