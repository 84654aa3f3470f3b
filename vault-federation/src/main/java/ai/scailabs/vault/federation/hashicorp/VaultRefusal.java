package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import java.util.List;

/** What an answer means that is none to what was asked. Words of the vault are compared with those that it is known to use, and not passed on. */
final class VaultRefusal {
    /** What it says of a body, or of a value in it, that is larger or deeper than it takes; of version 1 also of one without members. */
    private static final List<String> UNWANTED = List.of("too large", "exceeds", "missing data fields");

    private VaultRefusal() {}

    /** Whether it tells of the vault, and nothing of what was asked. */
    static boolean isOutage(VaultAnswer answer) {
        return answer.status() == 429 || answer.status() >= 500;
    }

    static RemoteException of(VaultAnswer answer) {
        int status = answer.status();
        if (status == 429) {
            return new RemoteException(RemoteFailure.THROTTLED, "the vault is asked too often", answer.retryAfter());
        }
        if (status >= 500) {
            return new RemoteException(
                    RemoteFailure.SERVER_ERROR, "the vault answered with " + status, answer.retryAfter());
        }
        if (answer.says("namespace not found")) {
            return new RemoteException(RemoteFailure.MISCONFIGURED, "there is no such namespace");
        }
        if (status == 401 || isOfToken(answer)) {
            return new RemoteException(RemoteFailure.CREDENTIALS_REFUSED, "the token is not valid, or has ended");
        }
        if (status == 403) {
            return new RemoteException(RemoteFailure.FORBIDDEN, "the credentials may not do this in the vault");
        }
        if (status == 400 || status == 404 || status == 405) {
            return new RemoteException(
                    RemoteFailure.MISCONFIGURED, "the vault answered with " + status + ": it has no such operation");
        }
        return Unanswered.notUnderstood("a status of " + status);
    }

    /** Of a value that was to be written. */
    static RemoteException ofWriting(VaultAnswer answer) {
        int status = answer.status();
        if (status == 400 && answer.says("check-and-set parameter did not match")) {
            return new RemoteException(RemoteFailure.CHANGED, "the secret has another version in the vault");
        }
        if (status == 413 || (status == 400 && UNWANTED.stream().anyMatch(answer::says))) {
            return new RemoteException(
                    RemoteFailure.VALUE_REFUSED, "the vault answered with " + status + ": it takes no such value");
        }
        return of(answer);
    }

    /** Of a login that was answered, and not with a token. */
    static RemoteException ofLogin(VaultAnswer answer, String mount) {
        if (answer.says("no handler for route")) {
            return new RemoteException(RemoteFailure.MISCONFIGURED, "no auth method is mounted at auth/" + mount);
        }
        // Which of them it is depends on the method.
        boolean refused = answer.status() == 400 || answer.status() == 401 || answer.status() == 403;
        return refused && !answer.says("namespace not found")
                ? new RemoteException(
                        RemoteFailure.CREDENTIALS_REFUSED, "the login was answered with " + answer.status())
                : of(answer);
    }

    /**
     * Whether it is the token that is refused. One that is not known is refused with these words alone by OpenBao, and by HashiCorp's with others besides; one that is known, and may not do
     * this, with a count of errors or in words of their own.
     */
    static boolean isOfToken(VaultAnswer answer) {
        return answer.status() == 403
                && (answer.errors().equals(List.of("permission denied"))
                        || answer.says("invalid token")
                        || answer.says("bad token"));
    }
}
