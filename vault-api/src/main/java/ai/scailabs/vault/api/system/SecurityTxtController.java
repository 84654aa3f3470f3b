package ai.scailabs.vault.api.system;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Says where to report weaknesses, unless nobody said so or what was said has expired. */
@Controller
public class SecurityTxtController {
    private final @Nullable SecurityTxt configured;
    private final Clock clock;

    public SecurityTxtController(ObjectProvider<SecurityTxt> configured, Clock clock) {
        this.configured = configured.getIfAvailable();
        this.clock = clock;
    }

    @GetMapping("/.well-known/security.txt")
    @PublicEndpoint
    public Answer securityTxt() {
        if (configured == null || !clock.instant().isBefore(configured.expires())) {
            throw new VaultException(ErrorCode.NOT_FOUND, "There is nothing here");
        }
        return Answer.open("text/plain; charset=utf-8", configured.text().getBytes(StandardCharsets.UTF_8));
    }
}
