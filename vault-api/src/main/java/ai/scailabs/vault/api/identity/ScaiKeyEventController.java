package ai.scailabs.vault.api.identity;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditReceipt;
import ai.scailabs.vault.identity.event.EventHeaders;
import ai.scailabs.vault.identity.event.EventIntake;
import ai.scailabs.vault.identity.event.TakenEvent;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** Where ScaiKey tells what has changed. */
@Controller
public class ScaiKeyEventController {
    private static final IdentityId SCAIKEY = new IdentityId("system:scaikey");

    private final EventIntake intake;

    public ScaiKeyEventController(EventIntake intake) {
        this.intake = intake;
    }

    /** The bytes are looked at as they came: what another reader would make of them is not what was signed. */
    @PostMapping("/v1/identity/webhooks/scaikey")
    @Endpoint(action = AuditAction.IDENTITY_EVENT, category = PathCategory.SYSTEM, bearer = false)
    public Answer receive(Call call, HttpServletRequest request) {
        QueryParameters.of(request);
        EventHeaders headers = new EventHeaders(
                header(request, "X-ScaiKey-Signature"),
                header(request, "X-ScaiKey-Timestamp"),
                header(request, "X-ScaiKey-Event-ID"),
                header(request, "X-ScaiKey-Event-Type"));
        byte[] body = JsonBody.raw(request, EventIntake.MAX_BYTES);
        TakenEvent taken = intake.receive(headers, body, log -> call.entryBy(SCAIKEY, log));
        return Answer.json(
                200,
                AuditReceipt.ofCommittedChange(),
                json -> json.text("event_id", taken.eventId())
                        .text("result", taken.result().wireName()));
    }

    /** None of several is picked. */
    private static @Nullable String header(HttpServletRequest request, String name) {
        List<String> values = Collections.list(request.getHeaders(name));
        if (values.size() > 1) {
            throw new VaultException(ErrorCode.TOKEN_INVALID, "Send one header " + name);
        }
        return values.isEmpty() ? null : values.getFirst();
    }
}
