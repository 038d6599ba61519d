// That the functions have the types that the header promises is for the compiler to say.

import CChip8

/// Takes two functions of one type.
private func match<Function>(_ declared: Function, _ defined: Function) {}

private func matchAll() {
  match(chip8_abi_version, abiVersion)
  match(chip8_error_text, errorText)
  match(chip8_create, create)
  match(chip8_load, load)
  match(chip8_clone, clone)
  match(chip8_destroy, destroy)
  match(chip8_reset, reset)
  match(chip8_last_error, lastError)
  match(chip8_get_info, getInfo)
  match(chip8_get_known_key, getKnownKey)
  match(chip8_run_frames, runFrames)
  match(chip8_run_keys, runKeys)
  match(chip8_run, run)
  match(chip8_get_fault, getFault)
  match(chip8_answer_host_call, answerHostCall)
  match(chip8_poke, poke)
  match(chip8_set_flags, setFlags)
  match(chip8_ram, ram)
  match(chip8_copy_ram, copyRAM)
  match(chip8_get_registers, getRegisters)
  match(chip8_get_shape, getShape)
  match(chip8_screen, screen)
  match(chip8_copy_screen, copyScreen)
  match(chip8_get_tone, getTone)
  match(chip8_copy_sound, copySound)
  match(chip8_save, save)
  match(chip8_copy_image, copyImage)
  match(chip8_digest, digest)
  match(chip8_fast_digest, fastDigest)
  match(chip8_snapshot_create, snapshotCreate)
  match(chip8_snapshot_take, snapshotTake)
  match(chip8_restore, restore)
  match(chip8_snapshot_destroy, snapshotDestroy)
  match(chip8_team_create, teamCreate)
  match(chip8_team_destroy, teamDestroy)
  match(chip8_batch_step, batchStep)
  match(chip8_farm, farm)
  match(chip8_free, free)
}
