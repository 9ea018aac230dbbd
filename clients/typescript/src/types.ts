/** Names for the parts of the contract that a browser app handles. */

import type { components } from "./schema.js";

type Schemas = components["schemas"];

export type Analysis = Schemas["Analysis"];
export type AnswerIn = Schemas["AnswerIn"];
export type Card = Schemas["Card"];
export type CardIn = Schemas["CardIn"];
export type CardPage = Schemas["CardPage"];
export type CardsAdded = Schemas["CardsAdded"];
export type Days = Schemas["Days"];
export type DeckImported = Schemas["DeckImported"];
export type Face = Schemas["Face"];
export type Feedback = Schemas["Feedback"];
export type Finished = Schemas["Finished"];
export type Frame = Schemas["Frame"];
export type Indicator = Schemas["Indicator"];
export type Job = Schemas["Job"];
export type Marker = Schemas["Marker"];
export type MarkerIn = Schemas["MarkerIn"];
export type Markers = Schemas["Markers"];
export type Model = Schemas["Model"];
export type OpenedText = Schemas["OpenedText"];
export type Owner = Schemas["Owner"];
export type OwnerPage = Schemas["OwnerPage"];
export type PassageSeen = Schemas["PassageSeen"];
export type Played = Schemas["PlayedIn"];
export type Probe = Schemas["Probe"];
export type Problem = Schemas["Problem"];
export type Recall = Schemas["Recall"];
export type Review = Schemas["Review"];
export type SessionDetail = Schemas["Session"];
export type SessionPage = Schemas["SessionPage"];
export type SessionRequest = Schemas["SessionRequest"];
export type SessionToken = Schemas["Token"];
export type Snapshot = Schemas["Snapshot"];
export type Suggestion = Schemas["Suggestion"];
export type Timeline = Schemas["Timeline"];
