package ai.scailabs.vault.api.system;

import java.time.Instant;
import java.util.List;

/**
 * Where weaknesses are reported to, as RFC 9116 has it written. All texts are checked by whoever makes this.
 *
 * @param contacts at least one, in the order of preference
 * @param expires after which none of it is to be believed
 * @param languages of those who read the reports, without order; empty: any
 */
public record SecurityTxt(
        List<String> contacts,
        Instant expires,
        List<String> encryption,
        List<String> acknowledgments,
        List<String> languages,
        List<String> canonical,
        List<String> policy,
        List<String> hiring) {
    /** As it is served (RFC 9116 §2.3). */
    String text() {
        StringBuilder text = new StringBuilder();
        each(text, "Contact", contacts);
        each(text, "Expires", List.of(expires.toString()));
        each(text, "Encryption", encryption);
        each(text, "Acknowledgments", acknowledgments);
        each(text, "Preferred-Languages", languages.isEmpty() ? List.of() : List.of(String.join(", ", languages)));
        each(text, "Canonical", canonical);
        each(text, "Policy", policy);
        each(text, "Hiring", hiring);
        return text.toString();
    }

    private static void each(StringBuilder text, String field, List<String> values) {
        values.forEach(value -> text.append(field).append(": ").append(value).append('\n'));
    }
}
