package ai.scailabs.vault.kms.tpm;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import tss.tpm.TPM2_FlushContext_REQUEST;
import tss.tpm.TPM2_HMAC_REQUEST;
import tss.tpm.TPM2_StartAuthSession_REQUEST;
import tss.tpm.TPMA_SESSION;
import tss.tpm.TPMT_SYM_DEF;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_SE;

/**
 * An HMAC session with the TPM (TPM 2.0 Library, part 1, 19 and 21), neither bound nor salted: all its keys come from the auth value of the key that is used, which never crosses the bus. Each command
 * and each answer is authenticated with it, over nonces that both sides draw anew, and what the TPM computed crosses encrypted (AES-128-CFB). TSS.Java has the structures of this and not the
 * computations. Used by one thread; after a failure it is of no use any more.
 */
final class HmacSession {
    private static final int NONCE_BYTES = 32;
    private static final int AES_BYTES = 16;
    private static final byte ATTRIBUTES = (byte) (TPMA_SESSION.continueSession.toInt() | TPMA_SESSION.encrypt.toInt());
    private static final byte[] CFB_LABEL = "CFB\0".getBytes(StandardCharsets.US_ASCII);

    private final TpmCommands commands;
    private final SecureRandom random;
    private final int handle;
    private byte[] nonceTpm;

    private HmacSession(TpmCommands commands, SecureRandom random, int handle, byte[] nonceTpm) {
        this.commands = commands;
        this.random = random;
        this.handle = handle;
        this.nonceTpm = nonceTpm;
    }

    static HmacSession start(TpmCommands commands, SecureRandom random, Deadline deadline) throws TpmUnavailable {
        ByteBuffer answer = commands.run(
                TPM_CC.StartAuthSession,
                new TPM2_StartAuthSession_REQUEST(
                        TPM_HANDLE.NULL,
                        TPM_HANDLE.NULL,
                        nonce(random),
                        new byte[0],
                        TPM_SE.HMAC,
                        new TPMT_SYM_DEF(TPM_ALG_ID.AES, AES_BYTES * Byte.SIZE, TPM_ALG_ID.CFB),
                        TPM_ALG_ID.SHA256),
                deadline);
        try {
            int handle = answer.getInt();
            byte[] nonceTpm = sized(answer);
            if (nonceTpm.length == NONCE_BYTES && !answer.hasRemaining()) {
                return new HmacSession(commands, random, handle, nonceTpm);
            }
        } catch (BufferUnderflowException tooShort) {
            throw new TpmUnavailable("the TPM starts a session in a way that makes no sense", tooShort);
        }
        throw Transport.garbage();
    }

    /**
     * What the key makes of the message, 32 bytes; the caller wipes them.
     *
     * @throws TpmRefusal when the TPM does not do it, for example as the auth value is not the key's
     */
    byte[] hmac(TpmKey key, byte[] authValue, byte[] message, Deadline deadline) throws TpmUnavailable {
        byte[] secret = withoutTrailingZeros(authValue);
        try {
            TPM2_HMAC_REQUEST request = new TPM2_HMAC_REQUEST(key.handle(), message, TPM_ALG_ID.SHA256);
            byte[] nonceCaller = nonce(random);
            byte[] command = Digests.sha256(Digests.bytes(TPM_CC.HMAC.toInt()), key.name(), request.toBytes());
            byte[] proof = Digests.hmac(secret, command, nonceCaller, nonceTpm, new byte[] {ATTRIBUTES});
            ByteBuffer answer = commands.run(TPM_CC.HMAC, request, authorisation(nonceCaller, proof), deadline);
            return opened(answer, secret, nonceCaller);
        } catch (BufferUnderflowException tooShort) {
            throw new TpmUnavailable("the TPM gave an answer that is too short", tooShort);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private byte[] authorisation(byte[] nonceCaller, byte[] proof) {
        return ByteBuffer.allocate(Integer.BYTES + Short.BYTES + nonceCaller.length + 1 + Short.BYTES + proof.length)
                .putInt(handle)
                .putShort((short) nonceCaller.length)
                .put(nonceCaller)
                .put(ATTRIBUTES)
                .putShort((short) proof.length)
                .put(proof)
                .array();
    }

    private byte[] opened(ByteBuffer answer, byte[] secret, byte[] nonceCaller) throws TpmUnavailable {
        int length = answer.getInt();
        if (length != Short.BYTES + Digests.BYTES) {
            throw Transport.garbage();
        }
        byte[] parameters = new byte[length];
        answer.get(parameters);
        byte[] newNonce = sized(answer);
        byte attributes = answer.get();
        byte[] proof = sized(answer);
        byte[] response = Digests.sha256(Digests.bytes(0), Digests.bytes(TPM_CC.HMAC.toInt()), parameters);
        byte[] expected = Digests.hmac(secret, response, newNonce, nonceCaller, new byte[] {attributes});
        if (!MessageDigest.isEqual(proof, expected)) {
            throw new TpmUnavailable("the answer was altered on its way, or is not from the TPM that has the key");
        }
        if (answer.hasRemaining()
                || attributes != ATTRIBUTES
                || newNonce.length != NONCE_BYTES
                || ByteBuffer.wrap(parameters).getShort() != Digests.BYTES) {
            throw Transport.garbage();
        }
        nonceTpm = newNonce;
        return decrypted(parameters, Digests.hmac(secret, kdfInput(newNonce, nonceCaller)));
    }

    /** KDFa, part 1, 11.4.10.2, whose 256 bits are one block: key and initialisation vector. */
    private static byte[] kdfInput(byte[] nonceNewer, byte[] nonceOlder) {
        return ByteBuffer.allocate(Integer.BYTES + CFB_LABEL.length + 2 * NONCE_BYTES + Integer.BYTES)
                .putInt(1)
                .put(CFB_LABEL)
                .put(nonceNewer)
                .put(nonceOlder)
                .putInt(2 * AES_BYTES * Byte.SIZE)
                .array();
    }

    private static byte[] decrypted(byte[] parameters, byte[] keyAndVector) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(keyAndVector, 0, AES_BYTES, "AES"),
                    new IvParameterSpec(keyAndVector, AES_BYTES, AES_BYTES));
            return cipher.doFinal(parameters, Short.BYTES, Digests.BYTES);
        } catch (GeneralSecurityException e) {
            throw Digests.missing(e);
        } finally {
            Arrays.fill(keyAndVector, (byte) 0);
        }
    }

    /** Gives its place in the TPM back. */
    void end(Deadline deadline) throws TpmUnavailable {
        commands.run(TPM_CC.FlushContext, new TPM2_FlushContext_REQUEST(TPM_HANDLE.from(handle)), deadline);
    }

    /** As the TPM keeps it, part 1, 19.6.5. */
    private static byte[] withoutTrailingZeros(byte[] authValue) {
        int length = authValue.length;
        while (length > 0 && authValue[length - 1] == 0) {
            length--;
        }
        return Arrays.copyOf(authValue, length);
    }

    private static byte[] nonce(SecureRandom random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    private static byte[] sized(ByteBuffer source) throws TpmUnavailable {
        int length = Short.toUnsignedInt(source.getShort());
        if (length > source.remaining()) {
            throw Transport.garbage();
        }
        byte[] bytes = new byte[length];
        source.get(bytes);
        return bytes;
    }
}
