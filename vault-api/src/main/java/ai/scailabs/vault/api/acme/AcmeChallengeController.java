package ai.scailabs.vault.api.acme;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.acme.ChallengeAnswers;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** What directories look for by HTTP. They have no token. */
@Controller
public class AcmeChallengeController {
    private final ChallengeAnswers answers;

    public AcmeChallengeController(ChallengeAnswers answers) {
        this.answers = answers;
    }

    @GetMapping("/.well-known/acme-challenge/{token}")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer answer(@PathVariable String token) {
        String found =
                answers.http(token).orElseThrow(() -> new VaultException(ErrorCode.NOT_FOUND, "There is nothing here"));
        return Answer.open("application/octet-stream", found.getBytes(StandardCharsets.US_ASCII));
    }
}
