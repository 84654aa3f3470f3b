package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.GeneralName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A question with everything left out that a test does not care about. */
final class Question {
    private static final PathValidator STRICT = new PathValidator(ValidationRules.STRICT);

    private final Crafted certificate;
    private final List<PathCertificate> pool = new ArrayList<>();
    private final List<PathCertificate> anchors = new ArrayList<>();
    private final List<GeneralName> names = new ArrayList<>();
    private final List<RevocationList> lists = new ArrayList<>();
    private ExtendedKeyUsage usage;
    private boolean checkRevocation;
    private KnownStatus known = KnownStatus.NONE;
    private Instant at = Crafted.NOW;

    private Question(Crafted certificate) {
        this.certificate = certificate;
    }

    static Question of(Crafted certificate) {
        return new Question(certificate);
    }

    Question through(Crafted... certificates) {
        for (Crafted each : certificates) {
            pool.add(each.read());
        }
        return this;
    }

    Question to(Crafted... certificates) {
        for (Crafted each : certificates) {
            anchors.add(each.read());
        }
        return this;
    }

    Question named(GeneralName name) {
        names.add(name);
        return this;
    }

    Question forUsage(ExtendedKeyUsage wanted) {
        usage = wanted;
        return this;
    }

    Question at(Instant time) {
        at = time;
        return this;
    }

    Question unrevoked(RevocationList... given) {
        checkRevocation = true;
        lists.addAll(List.of(given));
        return this;
    }

    Question known(KnownStatus status) {
        checkRevocation = true;
        known = status;
        return this;
    }

    PathReport report() {
        return STRICT.validate(new ValidationQuestion(
                certificate.read(), pool, anchors, at, names, usage, PolicyInputs.ANY, checkRevocation, lists, known));
    }

    /** {@code code@index} for each error. */
    List<String> errors() {
        return report().errors().stream()
                .map(error -> error.problem().code() + "@" + error.index())
                .toList();
    }
}
