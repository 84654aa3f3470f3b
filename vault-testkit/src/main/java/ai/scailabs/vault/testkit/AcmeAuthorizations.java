package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeBook.Authorization;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Authorizations, and the challenges that they are won by (RFC 8555 §7.5). */
final class AcmeAuthorizations {
    private static final Duration LIFE = Duration.ofDays(7);

    private final AcmeBook book;
    private final AcmeUrls urls;
    private final AcmeProofs proofs;
    private final InstantSource time;

    AcmeAuthorizations(AcmeBook book, AcmeUrls urls, AcmeProofs proofs, InstantSource time) {
        this.book = book;
        this.urls = urls;
        this.proofs = proofs;
        this.time = time;
    }

    private Authorization own(AcmeCall call) throws AcmeProblem {
        Authorization found = book.authorizations.get(call.id());
        if (found == null || found.account != call.account()) {
            throw new AcmeProblem(404, "malformed", "there is no such authorization of this account");
        }
        return found;
    }

    AcmeAnswer authorization(AcmeCall call) throws AcmeProblem {
        call.requirePostAsGet();
        Authorization authorization = own(call);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("identifier", Map.of("type", authorization.type, "value", authorization.value));
        shown.put("status", authorization.status);
        shown.put("expires", time.instant().plus(LIFE).toString());
        shown.put(
                "challenges",
                authorization.kinds().stream()
                        .filter(kind -> authorization.proof == null || authorization.proof.equals(kind))
                        .map(kind -> challenge(authorization, kind))
                        .toList());
        if (authorization.wildcard) {
            shown.put("wildcard", true);
        }
        return AcmeAnswer.json(200, shown);
    }

    private Map<String, Object> challenge(Authorization authorization, String kind) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("type", kind);
        shown.put("url", urls.of("/challenge/" + authorization.id + "/" + kind));
        shown.put("status", authorization.status);
        shown.put("token", authorization.token);
        if (authorization.status.equals("valid")) {
            shown.put("validated", time.instant().toString());
        }
        if (authorization.status.equals("invalid")) {
            shown.put("error", AcmeProblem.document("incorrectResponse", "the answer is another"));
        }
        return shown;
    }

    AcmeAnswer challenge(AcmeCall call) throws AcmeProblem {
        Authorization authorization = own(call);
        String kind = call.path().substring(call.path().lastIndexOf('/') + 1);
        if (!authorization.kinds().contains(kind)) {
            throw new AcmeProblem(404, "malformed", "there is no such challenge");
        }
        if (!call.message().isPostAsGet()) {
            if (!call.message().payload().isEmpty()) {
                throw AcmeProblem.malformed("an answer is an empty object (RFC 8555 §7.5.1)");
            }
            if (!authorization.status.equals("pending")) {
                throw AcmeProblem.malformed("it is " + authorization.status + " already");
            }
            String answer = authorization.token + "." + AcmeAccounts.thumbprint(call.account().key);
            authorization.status = proofs.holds(kind, authorization.token, answer) ? "valid" : "invalid";
            authorization.proof = kind;
        }
        return AcmeAnswer.json(200, challenge(authorization, kind))
                .with("Link", "<" + urls.of("/authorization/" + authorization.id) + ">;rel=\"up\"");
    }
}
