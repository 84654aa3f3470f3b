package ai.scailabs.vault.kms.tpm;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tss.tpm.ReadPublicResponse;
import tss.tpm.TPM2B_DIGEST_KEYEDHASH;
import tss.tpm.TPM2_ReadPublic_REQUEST;
import tss.tpm.TPMA_OBJECT;
import tss.tpm.TPMS_KEYEDHASH_PARMS;
import tss.tpm.TPMS_SCHEME_HMAC;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_RC;

/**
 * The key as the TPM describes it, which is exactly as it must be: an HMAC key with SHA-256 that the TPM made itself, that cannot leave it, and that its auth value alone opens.
 *
 * @param name what the TPM calls it (TPM 2.0 Library, part 1, 16): a hash of this description, which no other key has
 */
record TpmKey(TPM_HANDLE handle, byte[] name) {
    private static final int DIGEST_BYTES = 32;
    private static final TPMA_OBJECT ATTRIBUTES = new TPMA_OBJECT(
            TPMA_OBJECT.fixedTPM,
            TPMA_OBJECT.fixedParent,
            TPMA_OBJECT.sensitiveDataOrigin,
            TPMA_OBJECT.userWithAuth,
            TPMA_OBJECT.sign);
    private static final List<TPMA_OBJECT> NAMED = List.of(
            TPMA_OBJECT.fixedTPM,
            TPMA_OBJECT.stClear,
            TPMA_OBJECT.fixedParent,
            TPMA_OBJECT.sensitiveDataOrigin,
            TPMA_OBJECT.userWithAuth,
            TPMA_OBJECT.adminWithPolicy,
            TPMA_OBJECT.noDA,
            TPMA_OBJECT.encryptedDuplication,
            TPMA_OBJECT.restricted,
            TPMA_OBJECT.decrypt,
            TPMA_OBJECT.sign,
            TPMA_OBJECT.x509sign);

    static TpmKey read(TpmCommands commands, PersistentHandle at, Deadline deadline) throws TpmUnavailable {
        TPM_HANDLE handle = TPM_HANDLE.from(at.value());
        byte[] answer = remaining(read(commands, handle, at, deadline));
        ReadPublicResponse read = parsed(answer);
        requireSuitable(read.outPublic, at);
        // What was checked is what was hashed: the description that the fields make is, byte by byte, what the TPM
        // sent.
        byte[] description = read.outPublic.toBytes();
        byte[] name = Digests.name(description);
        if (!Arrays.equals(description, 0, description.length, answer, Short.BYTES, Short.BYTES + description.length)
                || !Arrays.equals(name, read.name)) {
            throw Transport.garbage();
        }
        return new TpmKey(handle, name);
    }

    private static ByteBuffer read(TpmCommands commands, TPM_HANDLE handle, PersistentHandle at, Deadline deadline)
            throws TpmUnavailable {
        try {
            return commands.run(TPM_CC.ReadPublic, new TPM2_ReadPublic_REQUEST(handle), deadline);
        } catch (TpmRefusal refusal) {
            if (refusal.is(TPM_RC.HANDLE)) {
                throw new TpmUnavailable("the TPM has no key at " + at);
            }
            throw refusal;
        }
    }

    private static byte[] remaining(ByteBuffer answer) {
        byte[] bytes = new byte[answer.remaining()];
        answer.get(bytes);
        return bytes;
    }

    private static ReadPublicResponse parsed(byte[] answer) throws TpmUnavailable {
        try {
            ReadPublicResponse read = ReadPublicResponse.fromBytes(answer);
            if (Arrays.equals(read.toBytes(), answer)) {
                return read;
            }
            throw Transport.garbage();
        } catch (RuntimeException noResponse) {
            throw new TpmUnavailable("the TPM describes its key in a way that makes no sense", noResponse);
        }
    }

    private static void requireSuitable(TPMT_PUBLIC key, PersistentHandle at) throws TpmUnavailable {
        boolean hmac = key.nameAlg.equals(TPM_ALG_ID.SHA256)
                && key.parameters instanceof TPMS_KEYEDHASH_PARMS parameters
                && parameters.scheme instanceof TPMS_SCHEME_HMAC scheme
                && scheme.hashAlg.equals(TPM_ALG_ID.SHA256)
                && key.unique instanceof TPM2B_DIGEST_KEYEDHASH unique
                && unique.buffer != null
                && unique.buffer.length == DIGEST_BYTES;
        if (!hmac) {
            throw new TpmUnavailable("the key at " + at + " is not an HMAC key with SHA-256");
        }
        // Whether failures count for the TPM's lockout is for who runs it to decide; the auth value is too long to be
        // guessed either way.
        int attributes = key.objectAttributes.toInt() & ~TPMA_OBJECT.noDA.toInt();
        if (attributes != ATTRIBUTES.toInt()) {
            throw new TpmUnavailable("the key at " + at + " has the attributes " + names(key.objectAttributes)
                    + "; it must have " + names(ATTRIBUTES) + ", may have " + names(TPMA_OBJECT.noDA)
                    + ", and no others");
        }
        if (key.authPolicy != null && key.authPolicy.length > 0) {
            throw new TpmUnavailable("the key at " + at + " has a policy that opens it besides its auth value");
        }
    }

    /** As tpm2-tools spell them; TSS.Java itself takes one for another that has the same bit. */
    private static String names(TPMA_OBJECT attributes) {
        return NAMED.stream()
                .filter(attributes::hasAttr)
                .map(one -> one.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("|"));
    }

    boolean isNamed(byte[] expected) {
        return Arrays.equals(name, expected);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(name);
    }
}
