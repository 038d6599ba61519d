// Report.swift: the JSON object of a headless run, as a reader of the documentation expects it.

import Foundation

struct Report: Decodable, Equatable {
  struct Fault: Decodable, Equatable {
    let kind: String
    let pc: Int
    let opcode: Int
    let message: String
  }

  struct Screen: Decodable, Equatable {
    let width: Int
    let height: Int
    let sha1: String
  }

  struct RAM: Decodable, Equatable {
    let bytes: Int
    let sha1: String
  }

  struct State: Decodable, Equatable {
    let bytes: Int
    let sha256: String
  }

  struct Registers: Decodable, Equatable {
    let pc: Int
    let i: Int
    let sp: Int
    let dt: Int
    let st: Int
    let v: [Int]
  }

  let program: String
  let platform: String
  let ipf: Int
  let frames: Int
  let instructions: Int
  let stop: String
  let fault: Fault?
  let screen: Screen
  let ram: RAM
  let state: State
  let registers: Registers
  let engine: String?

  init(_ outcome: Outcome) throws {
    self = try JSONDecoder().decode(Report.self, from: Data(outcome.output))
  }
}
