package ai.scailabs.vault.pki.validation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyUsage;

/** Looks for paths from a certificate to an anchor (RFC 4158), the most promising first, and ends at the first that the visitor is content with. Not thread-safe. */
final class PathBuilder {
    /** Certificates of one path. */
    static final int MAX_LENGTH = 12;

    private final Map<DistinguishedName, Set<PathCertificate>> bySubject = new HashMap<>();
    private final Set<PathCertificate> anchors;
    private final Instant at;
    private final Signatures signatures;
    private final Work work;
    private final int minRsaBits;

    private boolean lenient;
    private boolean cutOff;
    private int paths;
    private List<PathCertificate> longest = List.of();

    PathBuilder(
            List<PathCertificate> pool,
            List<PathCertificate> anchors,
            Instant at,
            Signatures signatures,
            Work work,
            int minRsaBits) {
        this.anchors = new HashSet<>(anchors);
        this.at = at;
        this.signatures = signatures;
        this.work = work;
        this.minRsaBits = minRsaBits;
        for (PathCertificate each : anchors) {
            bySubject
                    .computeIfAbsent(each.subject(), name -> new LinkedHashSet<>())
                    .add(each);
        }
        for (PathCertificate each : pool) {
            bySubject
                    .computeIfAbsent(each.subject(), name -> new LinkedHashSet<>())
                    .add(each);
        }
    }

    interface Visitor {
        /**
         * @param path the certificate first, an anchor last
         * @return true to end the search
         */
        boolean visit(List<PathCertificate> path);
    }

    /**
     * Paths whose signatures hold; when there is none, those of names alone, so that something can be said of what is wrong. Shorter ones come first.
     *
     * @return whether the visitor ended the search
     * @throws Work.ExceededException when it costs too much
     */
    boolean search(PathCertificate certificate, Visitor visitor) {
        lenient = false;
        if (deepen(certificate, visitor)) {
            return true;
        }
        if (paths == 0) {
            lenient = true;
            return deepen(certificate, visitor);
        }
        return false;
    }

    private boolean deepen(PathCertificate certificate, Visitor visitor) {
        for (int length = 1; length <= MAX_LENGTH; length++) {
            cutOff = false;
            if (descend(new ArrayList<>(List.of(certificate)), length, visitor)) {
                return true;
            }
            if (!cutOff) {
                return false;
            }
        }
        return false;
    }

    /** The longest way that was gone without reaching an anchor. */
    List<PathCertificate> longest() {
        return longest;
    }

    private boolean descend(List<PathCertificate> path, int length, Visitor visitor) {
        work.step();
        PathCertificate last = path.getLast();
        if (anchors.contains(last)) {
            // A shorter one was visited when paths of its length were looked for.
            if (path.size() < length || !lenient && !isSigned(path)) {
                return false;
            }
            paths++;
            work.path();
            return visitor.visit(List.copyOf(path));
        }
        if (path.size() > longest.size()) {
            longest = List.copyOf(path);
        }
        if (path.size() == length) {
            cutOff = true;
            return false;
        }
        for (PathCertificate issuer : candidates(last, path)) {
            if (lenient || !signatures.isKnownBad(last, issuer)) {
                path.add(issuer);
                boolean ended = descend(path, length, visitor);
                path.removeLast();
                if (ended) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Names cost little, so signatures are verified only where names lead to an anchor. */
    private boolean isSigned(List<PathCertificate> path) {
        for (int i = 0; i + 1 < path.size(); i++) {
            if (!signatures.holds(path.get(i), path.get(i + 1))) {
                return false;
            }
        }
        return true;
    }

    private List<PathCertificate> candidates(PathCertificate certificate, List<PathCertificate> path) {
        List<PathCertificate> found = new ArrayList<>();
        for (PathCertificate each : bySubject.getOrDefault(certificate.issuer(), Set.of())) {
            // The same name and key again leads nowhere new.
            if (path.stream().noneMatch(each::isSameEntity)
                    || anchors.contains(each) && !path.contains(each) && path.size() == 1) {
                found.add(each);
            }
        }
        found.sort(Comparator.comparingInt(each -> doubts(certificate, each)));
        return found;
    }

    private int doubts(PathCertificate certificate, PathCertificate issuer) {
        int doubts = anchors.contains(issuer) ? 0 : 1;
        byte[] wanted = certificate.extensions().authorityKeyIdentifier();
        byte[] own = issuer.extensions().subjectKeyIdentifier();
        if (wanted != null && own != null && !Arrays.equals(wanted, own)) {
            doubts += 4;
        }
        if (at.isBefore(issuer.notBefore()) || at.isAfter(issuer.notAfter())) {
            doubts += 8;
        }
        if (!issuer.isAuthority() || !issuer.extensions().allows(KeyUsage.keyCertSign)) {
            doubts += 16;
        }
        if (issuer.key().key() == null
                || issuer.key().rsaBits() != 0 && issuer.key().rsaBits() < minRsaBits) {
            doubts += 8;
        }
        if (SignatureAlgorithms.problem(issuer.algorithm()) != null && !anchors.contains(issuer)) {
            doubts += 8;
        }
        return doubts;
    }
}
