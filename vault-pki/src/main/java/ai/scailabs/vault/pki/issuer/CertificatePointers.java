package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.CertificateEndpoints;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.util.List;

/**
 * Where the certificates that an authority signs point to.
 *
 * @param crl with {@link #PARTITION} where each part of the list has its own
 * @param issuer of the authority's certificate for the key that signs
 * @param partitions in how many parts the list is
 */
public record CertificatePointers(List<String> crl, List<String> ocsp, List<String> issuer, int partitions) {
    /** Stands for the number of a part of the list. */
    static final String PARTITION = "{partition}";

    public static final CertificatePointers NONE = new CertificatePointers(List.of(), List.of(), List.of(), 1);

    public CertificatePointers {
        crl = List.copyOf(crl);
        ocsp = List.copyOf(ocsp);
        issuer = List.copyOf(issuer);
    }

    /** Of a certificate with that number: it tells in which part of the list it would be. */
    public CertificateEndpoints of(SerialNumber serial) {
        String partition = String.valueOf(partition(serial));
        return new CertificateEndpoints(
                issuer,
                ocsp,
                crl.stream().map(url -> url.replace(PARTITION, partition)).toList());
    }

    /** Of a certificate that is not kept: the list tells whether it was revoked, the responder would not know that it was given. */
    public CertificateEndpoints withoutResponder(SerialNumber serial) {
        CertificateEndpoints all = of(serial);
        return new CertificateEndpoints(all.caIssuers(), List.of(), all.crl());
    }

    /** Of a certificate that nothing will ever tell a revocation of (RFC 9608 §4). */
    public CertificateEndpoints withoutRevocation() {
        return new CertificateEndpoints(issuer, List.of(), List.of());
    }

    /** By the last octet of the number, which is as random as the number. */
    private int partition(SerialNumber serial) {
        byte[] octets = serial.contentOctets();
        return (octets[octets.length - 1] & 0xff) % partitions;
    }
}
