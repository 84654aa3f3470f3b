package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Encodes what is to be signed, reads the bytes back, and refuses them unless they hold every rule of {@link LintRule#ALL}. The rules look at the encoded TBSCertificate and at nothing that it was
 * made from, so that a fault in the encoding is found like any other. Thread-safe, without state.
 */
public final class CertificateLint {
    private static final List<LintFinding> UNREADABLE =
            List.of(new LintFinding("RFC 5280 §4.1", "structure", "not a TBSCertificate", ErrorCode.INTERNAL_ERROR));

    /**
     * @throws VaultException whose details name the {@code rule}, the {@code section} that it is from, and the {@code value}; by its code a caller asked for what they may not have, or, with
     *     {@code internal_error}, this service has a defect
     */
    public LintedCertificate lint(CertificateDraft draft, IssuerView issuer) {
        byte[] tbsCertificate = TbsAssembly.encode(draft, issuer);
        Optional<TbsView> tbs = view(tbsCertificate);
        List<LintFinding> findings = tbs.map(view -> findings(view, issuer)).orElse(UNREADABLE);
        if (!findings.isEmpty()) {
            throw findings.getFirst().refusal();
        }
        return new LintedCertificate(tbs.orElseThrow(), issuer);
    }

    static List<LintFinding> findings(byte[] tbsCertificate, IssuerView issuer) {
        return view(tbsCertificate).map(view -> findings(view, issuer)).orElse(UNREADABLE);
    }

    private static Optional<TbsView> view(byte[] tbsCertificate) {
        try {
            return Optional.of(TbsView.parse(tbsCertificate));
        } catch (RuntimeException notOne) {
            return Optional.empty();
        }
    }

    private static List<LintFinding> findings(TbsView tbs, IssuerView issuer) {
        List<LintFinding> findings = new ArrayList<>();
        for (LintRule rule : LintRule.ALL) {
            rule.find(tbs, issuer).ifPresent(findings::add);
        }
        return findings;
    }
}
