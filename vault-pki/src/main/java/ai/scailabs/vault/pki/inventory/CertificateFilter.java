package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.pki.x509.SerialNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates a list shows; absent is null, and everything that is said must hold.
 *
 * @param san a name with its kind before it ({@code dns:…}), or without: then of any kind
 * @param status {@code active}, {@code expired}, {@code on_hold} or {@code revoked}
 * @param expiringWithin not expired, and expiring within that time from now
 * @param includeRevoked also those that are revoked or on hold, where no status is asked for
 */
public record CertificateFilter(
        @Nullable UUID authority,
        @Nullable String role,
        @Nullable SerialNumber serial,
        @Nullable String san,
        @Nullable String status,
        @Nullable Duration expiringWithin,
        boolean includeRevoked) {
    public static final Set<String> STATUSES = Set.of("active", "expired", "on_hold", "revoked");

    private static final List<String> KINDS = List.of("dns:", "ip:", "email:", "uri:");

    /** As names are kept: one, or one of each kind. */
    String[] typedNames() {
        String name = san == null ? "" : san;
        Optional<String> kind = KINDS.stream().filter(name::startsWith).findFirst();
        return kind.isPresent()
                ? new String[] {name}
                : Stream.concat(KINDS.stream(), Stream.of(""))
                        .map(each -> each + name)
                        .toArray(String[]::new);
    }

    /** What can be asked in the order of the ends of certificates. */
    boolean isOfTime() {
        return expiringWithin != null || "expired".equals(status);
    }

    boolean wantsRevoked() {
        return "revoked".equals(status) || "on_hold".equals(status);
    }

    /** Whether one that is revoked by itself could fit. */
    boolean showsRevoked() {
        return status == null ? includeRevoked : wantsRevoked();
    }

    boolean matches(CertificateRecord certificate, Instant now) {
        if (authority != null && !authority.equals(certificate.authority())
                || role != null && !role.equals(certificate.role())
                || serial != null && !serial.equals(certificate.serial())) {
            return false;
        }
        if (san != null && certificate.names().stream().noneMatch(List.of(typedNames())::contains)) {
            return false;
        }
        if (expiringWithin != null
                && (certificate.notAfter().isBefore(now)
                        || certificate.notAfter().isAfter(now.plus(expiringWithin)))) {
            return false;
        }
        return status == null ? includeRevoked || !certificate.isRevoked() : status.equals(certificate.state(now));
    }
}
