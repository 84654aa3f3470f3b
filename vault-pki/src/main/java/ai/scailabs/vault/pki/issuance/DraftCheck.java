package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.issuer.Signatory;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.RolePolicy;
import ai.scailabs.vault.pki.profile.Violation;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.LintedCertificate;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Drafts certificates, and decides on the very bytes that would be signed. Thread-safe. */
final class DraftCheck {
    private final CertificateLint lint;
    private final Clock clock;

    DraftCheck(CertificateLint lint, Clock clock) {
        this.lint = lint;
        this.clock = clock;
    }

    /** What is to be signed, read by the lint and held against the role and every authority above. */
    Ready check(Role role, Planner planner, Signatory signatory, SerialNumber serial, SubjectKey key) {
        Instant now = clock.instant();
        try {
            CertificatePlan plan = planner.plan(now);
            CertificateDraft draft = plan.draft(role, serial, key);
            IssuerView issuer = role.signature().applied(signatory.issuer());
            LintedCertificate linted = lint.lint(draft, issuer);
            List<Violation> violations = new ArrayList<>(RolePolicy.check(linted.contents(), role, issuer));
            if (plan.isTooLong(role) && !Refusals.tellOfTtl(violations)) {
                violations.add(Refusals.tooLong(role));
            }
            if (!violations.isEmpty()) {
                throw Refusals.of(violations);
            }
            return new Ready(draft, linted, plan.countsFrom());
        } catch (VaultException refused) {
            throw refused.code() == ErrorCode.TTL_EXCEEDED
                    ? refused.withDetail(
                            "max_ttl",
                            Refusals.longest(role, signatory.issuer().validity().notAfter(), now))
                    : refused;
        }
    }

    /** What a certificate will say, by the terms and the authority of whoever plans it. */
    @FunctionalInterface
    interface Planner {
        CertificatePlan plan(Instant now);
    }

    /** @param countsFrom where its time to live begins */
    record Ready(CertificateDraft draft, LintedCertificate linted, Instant countsFrom) {}
}
