package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.api.system.SecurityTxt;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code /.well-known/security.txt} says; nothing when nobody set it. */
final class SecurityTxtSettings {
    private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*");
    private static final Pattern TELEPHONE = Pattern.compile("\\+?[0-9().-]{3,40}");
    private static final int MOST = 10;

    private SecurityTxtSettings() {}

    static @Nullable SecurityTxt read(SettingsReader reader) {
        List<String> contacts = reader.optional(
                Setting.SECURITY_TXT_CONTACT, all(uri("https", "mailto", "tel").and(SecurityTxtSettings::reaches)));
        Instant expires = reader.optional(Setting.SECURITY_TXT_EXPIRES, SecurityTxtSettings::moment);
        List<String> encryption = several(reader, Setting.SECURITY_TXT_ENCRYPTION, uri("https", "dns", "openpgp4fpr"));
        List<String> acknowledgments = several(reader, Setting.SECURITY_TXT_ACKNOWLEDGMENTS, uri("https"));
        List<String> languages = several(
                reader,
                Setting.SECURITY_TXT_PREFERRED_LANGUAGES,
                language -> LANGUAGE.matcher(language).matches());
        List<String> canonical = several(reader, Setting.SECURITY_TXT_CANONICAL, uri("https"));
        List<String> policy = several(reader, Setting.SECURITY_TXT_POLICY, uri("https"));
        List<String> hiring = several(reader, Setting.SECURITY_TXT_HIRING, uri("https"));
        boolean wanted = Setting.securityTxt().stream().anyMatch(setting -> reader.text(setting) != null);
        if (wanted) {
            requireSet(reader, Setting.SECURITY_TXT_CONTACT);
            requireSet(reader, Setting.SECURITY_TXT_EXPIRES);
        }
        return contacts == null || expires == null
                ? null
                : new SecurityTxt(contacts, expires, encryption, acknowledgments, languages, canonical, policy, hiring);
    }

    /** A file without them is none (RFC 9116 §2.5.3 and §2.5.5). */
    private static void requireSet(SettingsReader reader, Setting setting) {
        if (reader.text(setting) == null) {
            reader.problem(
                    setting + " is not set, which the other SECURITY_TXT_ variables need; it takes " + setting.takes());
        }
    }

    private static List<String> several(SettingsReader reader, Setting setting, Predicate<String> form) {
        List<String> values = reader.optional(setting, all(form));
        return values == null ? List.of() : values;
    }

    private static Function<String, Optional<List<String>>> all(Predicate<String> form) {
        return text -> ServerSettings.list(text)
                .filter(items -> items.size() <= MOST && items.stream().allMatch(form));
    }

    private static Predicate<String> uri(String... schemes) {
        Set<String> known = Set.of(schemes);
        return text -> {
            try {
                URI uri = new URI(text);
                String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
                boolean whole = !scheme.equals("https") || uri.getHost() != null && uri.getUserInfo() == null;
                return text.chars().allMatch(character -> character > ' ' && character <= '~')
                        && known.contains(scheme)
                        && whole;
            } catch (URISyntaxException malformed) {
                return false;
            }
        };
    }

    /** Whether there is somebody at the other end: an address, a number. */
    private static boolean reaches(String contact) {
        String rest = contact.substring(contact.indexOf(':') + 1);
        return switch (contact.substring(0, contact.indexOf(':')).toLowerCase(Locale.ROOT)) {
            case "mailto" -> rest.matches("[^@?]+@[^@?]+(\\?.*)?");
            case "tel" -> TELEPHONE.matcher(rest).matches();
            default -> true;
        };
    }

    private static Optional<Instant> moment(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException malformed) {
            return Optional.empty();
        }
    }
}
