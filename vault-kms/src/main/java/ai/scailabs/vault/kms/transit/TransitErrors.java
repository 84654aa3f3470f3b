package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.kms.transit.TransitTrouble.Kind;
import io.github.jopenlibs.vault.VaultException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What failed calls mean. Words of the server are compared with those that it is known to use, and not passed on. */
final class TransitErrors {
    static final String LOGIN = "the login";

    /** In the order in which they are looked for. */
    private static final List<Known> KNOWN = List.of(
            new Known(
                    "message authentication failed",
                    Kind.ALTERED,
                    "the ciphertext is none of this key in this context"),
            new Known(
                    "disallowed by policy (too old)",
                    Kind.TOO_OLD,
                    "its version of the key is below min_decryption_version"),
            new Known("invalid ciphertext", Kind.ALTERED, "the ciphertext is none of this key"),
            new Known("encryption key not found", Kind.REFUSED, "there is no such key"),
            new Known("soft-deleted key", Kind.REFUSED, "the key is deleted, and can be restored"),
            new Known("for non-AEAD cipher", Kind.REFUSED, "the key takes no associated data"),
            new Known("for key derivation", Kind.REFUSED, "the key is a derived one"),
            new Known("invalid role or secret ID", Kind.REFUSED, "the role or its secret id is not valid"),
            new Known("no handler for route", Kind.REFUSED, "nothing is mounted there"),
            new Known("namespace not found", Kind.REFUSED, "there is no such namespace"),
            new Known("is not renewable", Kind.REFUSED, "the token is not renewable"),
            new Known("is sealed", Kind.BUSY, "it is sealed"));

    private TransitErrors() {}

    /** The driver's exception holds the answer, and the arguments: nothing of its text is taken, and it is nobody's cause. */
    static TransitTrouble of(String operation, Exception failure) {
        int status = failure instanceof VaultException driver ? driver.getHttpStatusCode() : 0;
        if (status != 0) {
            return of(operation, status, String.valueOf(failure.getMessage()));
        }
        List<String> types = new ArrayList<>();
        boolean network = false;
        for (Throwable each = failure.getCause(); each != null && types.size() < 8; each = each.getCause()) {
            if (each instanceof CertificateException) {
                return new TransitTrouble(
                        Kind.REFUSED, "the certificate of the server is not trusted, or not for that name");
            }
            if (each instanceof InterruptedException) {
                // The driver swallows it.
                Thread.currentThread().interrupt();
            }
            network |= each instanceof IOException || each instanceof InterruptedException;
            types.add(each.getClass().getSimpleName());
        }
        return network
                ? new TransitTrouble(
                        Kind.UNREACHABLE, "no answer to " + operation + " (" + String.join(", ", types) + ")")
                // Members that the driver takes for granted are missing, or of another type.
                : new TransitTrouble(Kind.NONSENSE, "the answer to " + operation + " is not understood");
    }

    static TransitTrouble of(String operation, int status, byte[] body) {
        return of(operation, status, new String(body, StandardCharsets.UTF_8));
    }

    private static TransitTrouble of(String operation, int status, String words) {
        Known known = known(words);
        Kind kind = kind(status, known);
        if (operation.equals(LOGIN) && (status == 400 || status == 403)) {
            kind = Kind.NO_LOGIN;
        }
        String why =
                known != null ? known.means() : kind == Kind.NO_LOGIN ? "the credentials are not valid" : why(status);
        return new TransitTrouble(
                kind, "the server answered " + operation + " with " + status + (why.isEmpty() ? "" : ": " + why));
    }

    private static String why(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> "it points elsewhere, where a token is not carried";
            case 403 -> "the token is not valid, or may not do this";
            case 429 -> "it is asked too often";
            default -> "";
        };
    }

    private static Kind kind(int status, @Nullable Known known) {
        if (status == 412 || status == 429 || status == 472 || status == 473 || status >= 500) {
            return Kind.BUSY;
        }
        if (status == 403) {
            return Kind.FORBIDDEN;
        }
        if (status < 300) {
            return Kind.NONSENSE;
        }
        return status == 400 && known != null ? known.kind() : Kind.REFUSED;
    }

    private static @Nullable Known known(String words) {
        return KNOWN.stream()
                .filter(each -> words.contains(each.part()))
                .findFirst()
                .orElse(null);
    }

    private record Known(String part, Kind kind, String means) {}
}
