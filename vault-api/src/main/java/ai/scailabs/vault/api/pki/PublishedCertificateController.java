package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.ocsp.PublishedCertificates;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The certificate of an authority, where the certificates that it signed say that it is (RFC 5280 §4.2.2.1). */
@Controller
public class PublishedCertificateController {
    private static final Pattern GENERATION = Pattern.compile("[1-9][0-9]{0,8}");

    private final PublishedCertificates certificates;

    public PublishedCertificateController(PublishedCertificates certificates) {
        this.certificates = certificates;
    }

    @GetMapping("/v1/pki/ca/{id}/certificate/{generation}.cer")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer certificate(@PathVariable String id, @PathVariable String generation) {
        if (!GENERATION.matcher(generation).matches()) {
            throw notFound();
        }
        Optional<byte[]> found = CertificateAuthority.parseId(id)
                .flatMap(authority -> certificates.certificate(authority, Integer.parseInt(generation)));
        // What was certified does not change.
        return Answer.open("application/pkix-cert", found.orElseThrow(PublishedCertificateController::notFound))
                .header("Cache-Control", "max-age=86400, public, immutable");
    }

    private static VaultException notFound() {
        return new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority");
    }
}
